"use server";

import { mayTrySigningUp } from "@/lib/auth/limits";
import { currentSession } from "@/lib/auth/session";
import { askForSiwe } from "@/lib/auth/siwe-request";
import { type SignedUp, signUp } from "@/lib/merchants/sign-up";
import { callerAddress } from "@/lib/server/caller";
import { parts } from "@/lib/server/parts";

/** What is wrong with a sign-up form, by field; nothing when there is nothing wrong with the form itself. */
export type SignUpErrors = Extract<SignedUp, { ok: false }>["errors"];

/**
 * Opens an account. It answers the same, after the same work, whether the email was free or taken: what comes of it is
 * for the sign-in that follows to say, and that refuses a stranger in the words of any failed sign-in. Whoever signs up
 * again with their own password is simply signed in. Until we can send mail to prove an address, an account opens at
 * once, so a person who opens one does learn that its address was free; no answer of ours tells them that it was not.
 */
export async function createAccount(typed: {
  name: string;
  email: string;
  password: string;
}): Promise<SignUpErrors> {
  const { name, email, password } = typed;
  const { db } = parts().database;
  if (!(await mayTrySigningUp(db, callerAddress()))) {
    return { password: "Too many accounts were asked for from here. Wait a minute, then try again." };
  }
  const result = await signUp(db, {
    name: String(name),
    email: String(email),
    password: String(password),
  });
  return result.ok ? {} : result.errors;
}

/** The message a wallet shall sign to sign in; null when `address` is none. */
export async function askToSignIn(address: string): Promise<string | null> {
  return askForSiwe("sign-in", String(address));
}

/** The message a wallet shall sign to confirm a change, or to be linked; null without a session. */
export async function askWhileSignedIn(purpose: "confirm" | "link", address: string): Promise<string | null> {
  if ((await currentSession()) === null || (purpose !== "confirm" && purpose !== "link")) return null;
  return askForSiwe(purpose, String(address));
}
