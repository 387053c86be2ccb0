import type { Db } from "@/lib/db/client";
import { countTry, forgiveTry, type RateLimit } from "@/lib/rate-limit";

const MINUTE_MS = 60_000;

/** Wrong passwords for one email, whether or not it has an account. */
const PER_ACCOUNT: RateLimit = { name: "password:account", count: 5, windowMs: MINUTE_MS };
/** Wrong passwords from one address of the network, for whatever account. */
const PER_ADDRESS: RateLimit = { name: "password:address", count: 20, windowMs: MINUTE_MS };
const SIGN_UPS: RateLimit = { name: "sign-up:address", count: 20, windowMs: MINUTE_MS };

/** Whose password is tried, and from where; the address is absent for somebody who is signed in already. */
export interface PasswordTry {
  account: string;
  address?: string;
}

/**
 * Checks a password within the limits: a right one is not counted, so that nobody is locked out by signing in often.
 * `too_many` is answered before any work, alike for every account and for none.
 */
export async function limitPasswordTries(
  db: Db,
  { account, address }: PasswordTry,
  check: () => Promise<boolean>,
): Promise<"right" | "wrong" | "too_many"> {
  if (address !== undefined && !(await countTry(db, PER_ADDRESS, address))) return "too_many";
  if (!(await countTry(db, PER_ACCOUNT, account))) return "too_many";
  if (!(await check())) return "wrong";
  await forgiveTry(db, PER_ACCOUNT, account);
  if (address !== undefined) await forgiveTry(db, PER_ADDRESS, address);
  return "right";
}

/** Counts an attempt to open an account; false when too many came from this address. */
export function mayTrySigningUp(db: Db, address: string): Promise<boolean> {
  return countTry(db, SIGN_UPS, address);
}
