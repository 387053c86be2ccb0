import { cookies } from "next/headers";
import { encode } from "next-auth/jwt";
import { parts } from "@/lib/server/parts";
import type { SignedIn } from "./authenticate";
import { sessionCookie } from "./cookies";
import { sessionSecret } from "./options";
import { SESSION_LIFETIME_MS } from "./session-rule";
import { claimsOf } from "./token";

/** Gives this browser a new session for a person who just proved who they are; only in a server action or route handler. */
export async function renewSession(signedIn: SignedIn): Promise<void> {
  const { env } = parts();
  const maxAge = SESSION_LIFETIME_MS / 1_000;
  const token = await encode({
    token: claimsOf(signedIn),
    secret: sessionSecret(env.FAREBOX_SECRET),
    maxAge,
  });
  const { name, options } = sessionCookie(env.FAREBOX_ORIGIN);
  (await cookies()).set(name, token, { ...options, maxAge });
}
