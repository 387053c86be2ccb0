"use server";

import { changePassword } from "@/lib/auth/change-password";
import { requireSession } from "@/lib/auth/session";
import { writeSessionId } from "@/lib/auth/session-cookie";
import { startSession } from "@/lib/auth/sessions";
import { parts } from "@/lib/server/parts";

/** What came of changing the password. */
export interface PasswordState {
  errors: { current?: string; next?: string };
  saved: string | null;
}

/** Changes the password, ends every other session of this person, and renews this one. */
export async function savePassword(_: PasswordState, form: FormData): Promise<PasswordState> {
  const { userId } = await requireSession();
  const typed = { current: String(form.get("current")), next: String(form.get("next")) };
  const { db } = parts().database;
  const changed = await changePassword(db, userId, typed);
  if (!changed.ok) return { errors: changed.errors, saved: null };
  await writeSessionId(await startSession(db, userId));
  return { errors: {}, saved: "Password changed. Every other session was signed out." };
}
