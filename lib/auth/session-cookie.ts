import { cookies } from "next/headers";
import { decode, encode } from "next-auth/jwt";
import { deriveKey } from "@/lib/seal";
import { parts } from "@/lib/server/parts";
import { sessionCookie } from "./cookies";
import { SESSION_LIFETIME_MS } from "./sessions";

declare module "next-auth/jwt" {
  interface JWT {
    /** All a session cookie says; sealed, and looked up in the database by its digest. */
    sessionId?: string;
  }
}

/** The key that seals session cookies, as next-auth takes it. */
export function sessionSecret(fareboxSecret: string): string {
  return deriveKey(fareboxSecret, "session").toString("base64");
}

/** The id of the session this browser holds, or null; whether it still stands is for the database to say. */
export async function readSessionId(): Promise<string | null> {
  const { FAREBOX_ORIGIN: origin, FAREBOX_SECRET } = parts().env;
  const token = (await cookies()).get(sessionCookie(origin).name)?.value;
  try {
    const claims = await decode({ token, secret: sessionSecret(FAREBOX_SECRET) });
    return claims?.sessionId ?? null;
  } catch {
    // Sealed under another secret, too old, or made up.
    return null;
  }
}

/** Gives this browser another session; only in a server action or route handler. */
export async function writeSessionId(sessionId: string): Promise<void> {
  const { FAREBOX_ORIGIN: origin, FAREBOX_SECRET } = parts().env;
  const maxAge = SESSION_LIFETIME_MS / 1_000;
  const token = await encode({ token: { sessionId }, secret: sessionSecret(FAREBOX_SECRET), maxAge });
  const { name, options } = sessionCookie(origin);
  (await cookies()).set(name, token, { ...options, maxAge });
}
