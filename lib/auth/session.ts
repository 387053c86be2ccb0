import { redirect } from "next/navigation";
import { cache } from "react";
import { parts } from "@/lib/server/parts";
import { readSessionId } from "./session-cookie";
import { type Session, sessionOf } from "./sessions";

/** The session of this request, or null; read from the database once a request, so that an ended one ends now. */
export const currentSession = cache(async (): Promise<Session | null> => {
  const id = await readSessionId();
  return id === null ? null : sessionOf(parts().database.db, id);
});

/** The session of this request; without one the person is sent to sign in. Every page, action and handler calls it itself. */
export async function requireSession(): Promise<Session> {
  return (await currentSession()) ?? redirect("/sign-in");
}
