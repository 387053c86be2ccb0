import { randomBytes } from "node:crypto";
import { eq, lt, sql } from "drizzle-orm";
import { type Address, getAddress, type Hex, isAddress, isHex, recoverMessageAddress } from "viem";
import { createSiweMessage, parseSiweMessage, validateSiweMessage } from "viem/siwe";
import type { Db } from "@/lib/db/client";
import { signInNonces } from "@/lib/db/schema";

/** How long a person may take to sign. */
export const SIWE_LIFETIME_MS = 5 * 60_000;
const CLOCK_SKEW_MS = 60_000;

/** What the signature is for; a message signed for one is worth nothing for another. */
const STATEMENT = {
  "sign-in": "Sign in to Farebox. This costs nothing and moves no money.",
  link: "Link this wallet to your Farebox account, so that it can sign in. This moves no money.",
  confirm: "Confirm a change in your Farebox account. This moves no money.",
};

/** What a wallet is asked to sign for. */
export type SiwePurpose = keyof typeof STATEMENT;

/** What every message must name: this Farebox, and one chain whatever chain the wallet is on. */
export interface SiweTerms {
  /** Where Farebox is served, such as `https://farebox.example`. */
  origin: string;
  chainId: number;
}

/** What came back from the wallet, and the nonce the browser that asked for the message holds. */
export interface SiweProof {
  message: string;
  signature: string;
  boundNonce: string | undefined;
}

/** Writes the message (ERC-4361) a wallet shall sign, with a nonce that is good for one use within five minutes. */
export async function issueSiweMessage(
  db: Db,
  terms: SiweTerms,
  purpose: SiwePurpose,
  address: Address,
): Promise<{ message: string; nonce: string }> {
  const nonce = randomBytes(16).toString("hex");
  const lifetime = sql`make_interval(secs => ${SIWE_LIFETIME_MS / 1_000})`;
  await db.delete(signInNonces).where(lt(signInNonces.expiresAt, sql`now()`));
  await db.insert(signInNonces).values({ nonce, expiresAt: sql`now() + ${lifetime}` });
  const now = Date.now();
  const message = createSiweMessage({
    address: getAddress(address),
    chainId: terms.chainId,
    domain: new URL(terms.origin).host,
    uri: terms.origin,
    version: "1",
    nonce,
    statement: STATEMENT[purpose],
    issuedAt: new Date(now),
    expirationTime: new Date(now + SIWE_LIFETIME_MS),
  });
  return { message, nonce };
}

/** Takes the nonce of a message out of circulation, whatever comes of the message: a second use finds nothing. */
async function spendNonce(db: Db, nonce: string): Promise<boolean> {
  const used = await db
    .delete(signInNonces)
    .where(eq(signInNonces.nonce, nonce))
    .returning({ fresh: sql<boolean>`expires_at > now()` });
  return used[0]?.fresh === true;
}

/**
 * Returns the wallet that signed, or null. The nonce must be ours, unused, and held by the browser that asked for it:
 * a message signed on a phishing site, or caught on the way, opens nothing. Wallets that are contracts are refused,
 * because their signature could only be checked through an RPC.
 */
export async function verifySiwe(
  db: Db,
  terms: SiweTerms,
  purpose: SiwePurpose,
  { message, signature, boundNonce }: SiweProof,
): Promise<Address | null> {
  const fields = parseSiweMessage(message);
  const { address, nonce, issuedAt, expirationTime } = fields;
  if (!nonce || !(await spendNonce(db, nonce)) || nonce !== boundNonce) return null;
  if (!address || !isAddress(address) || !issuedAt || !expirationTime) return null;
  const age = Date.now() - issuedAt.getTime();
  const inTime = age > -CLOCK_SKEW_MS && age < SIWE_LIFETIME_MS + CLOCK_SKEW_MS;
  const named =
    fields.uri === terms.origin &&
    fields.chainId === terms.chainId &&
    fields.version === "1" &&
    fields.statement === STATEMENT[purpose];
  const valid = validateSiweMessage({ message: fields, address, domain: new URL(terms.origin).host, nonce });
  if (!inTime || !named || !valid) return null;
  const signer = isHex(signature) ? await recover(message, signature) : null;
  return signer === getAddress(address) ? signer : null;
}

async function recover(message: string, signature: Hex): Promise<Address | null> {
  try {
    return await recoverMessageAddress({ message, signature });
  } catch {
    return null;
  }
}
