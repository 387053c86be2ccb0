import { signIn } from "next-auth/react";

/** The one sentence for every refusal with a password; it must not tell whether the email has an account. */
const PASSWORD_REFUSED = "No account opens with this email and password. Check both and try again.";
const WALLET_REFUSED = "The signature was not accepted. Sign within five minutes, in this browser.";
const TOO_MANY = "Too many tries. Wait a minute, then try again.";
const UNAVAILABLE = "Farebox could not sign you in just now. Try again in a moment.";

async function attempt(provider: string, proof: Record<string, string>, refused: string) {
  const result = await signIn(provider, { ...proof, redirect: false });
  if (result?.ok) return null;
  if (result?.error === "too_many") return TOO_MANY;
  return result?.error === "CredentialsSignin" ? refused : UNAVAILABLE;
}

/** Signs in with a password; null when signed in, else a sentence for the person. */
export function signInWithPassword(email: string, password: string): Promise<string | null> {
  return attempt("password", { email, password }, PASSWORD_REFUSED);
}

/** Signs in with a message signed by a wallet; null when signed in, else a sentence for the person. */
export function signInWithWallet(message: string, signature: string): Promise<string | null> {
  return attempt("wallet", { message, signature }, WALLET_REFUSED);
}
