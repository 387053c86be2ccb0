import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** OWASP's first choice for scrypt: 128 MiB and about a third of a second. */
const COST = { N: 2 ** 17, r: 8, p: 1 };
const KEY_BYTES = 32;
/** Node runs scrypt on the four threads that also resolve names: a flood of sign-ins must leave some to the gateway. */
const MAX_AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
  while (running >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  const options: ScryptOptions = { ...cost, maxmem: 256 * cost.N * cost.r };
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize("NFKC"), salt, KEY_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** Hashes a password as `scrypt$N$r$p$salt$key`, so that the cost can be raised while old hashes still verify. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64"), key.toString("base64")].join("$");
}

/** The hash of no password: what a sign-in for an unknown user is compared with, at the same cost. */
const NOBODY = ["scrypt", COST.N, COST.r, COST.p, Buffer.alloc(16).toString("base64"), ""].join("$");

/** Compares a password with a stored hash; without one it does the same work and says no, so that time tells nothing. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, n, r, p, salt = "", key = ""] = (stored ?? NOBODY).split("$");
  if (scheme !== "scrypt") throw new Error("This password was hashed by an unknown scheme");
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, "base64"), cost);
  const expected = Buffer.from(key, "base64");
  return expected.length === derived.length && timingSafeEqual(derived, expected);
}
