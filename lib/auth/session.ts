import { redirect } from "next/navigation";
import { getServerSession } from "next-auth";
import { cache } from "react";
import { parts } from "@/lib/server/parts";
import { authOptions } from "./options";
import { type Session, sessionOf } from "./session-rule";

/** The session of this request, or null; read from the database once a request, so that an ended one ends now. */
export const currentSession = cache(async (): Promise<Session | null> => {
  const found = await getServerSession(authOptions());
  return found && sessionOf(parts().database.db, found.claims);
});

/** The session of this request; without one the person is sent to sign in. Every page, action and handler calls it itself. */
export async function requireSession(): Promise<Session> {
  return (await currentSession()) ?? redirect("/sign-in");
}
