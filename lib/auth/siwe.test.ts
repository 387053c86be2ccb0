import { sql } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage, parseSiweMessage, type SiweMessage } from "viem/siwe";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { issueSiweMessage, type SiwePurpose, verifySiwe } from "./siwe";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

const terms = { origin: "https://farebox.example", chainId: 84_532 };
const wallet = privateKeyToAccount(generatePrivateKey());

/** Signs a message of ours after changing some of its fields, as another site or a careless wallet would. */
async function signed(change: Partial<SiweMessage> = {}, purpose: SiwePurpose = "sign-in") {
  const { message, nonce } = await issueSiweMessage(db, terms, purpose, wallet.address);
  const fields = { ...parseSiweMessage(message), ...change } as SiweMessage;
  const text = Object.keys(change).length === 0 ? message : createSiweMessage(fields);
  return { message: text, signature: await wallet.signMessage({ message: text }), boundNonce: nonce };
}

describe("signing in with a wallet", () => {
  it("knows the wallet that signed our message", async () => {
    expect(await verifySiwe(db, terms, "sign-in", await signed())).toBe(wallet.address);
  });

  it("takes a nonce once: a message that is replayed opens nothing (I7)", async () => {
    const proof = await signed();
    const both = await Promise.all([1, 2].map(() => verifySiwe(db, terms, "sign-in", proof)));
    expect(both.filter((address) => address !== null)).toHaveLength(1);
    expect(await verifySiwe(db, terms, "sign-in", proof)).toBeNull();
  });

  it("takes a nonce even from a message it refuses (I7)", async () => {
    const proof = await signed();
    expect(await verifySiwe(db, terms, "sign-in", { ...proof, signature: "0x" })).toBeNull();
    expect(await verifySiwe(db, terms, "sign-in", proof)).toBeNull();
  });

  it("refuses a nonce that is older than five minutes (I7)", async () => {
    const proof = await signed();
    await db.execute(sql`update sign_in_nonces set expires_at = now() where nonce = ${proof.boundNonce}`);
    expect(await verifySiwe(db, terms, "sign-in", proof)).toBeNull();
  });

  it("refuses a nonce we never gave out (I7)", async () => {
    const nonce = "0123456789abcdef0123456789abcdef";
    const proof = await signed({ nonce });
    expect(await verifySiwe(db, terms, "sign-in", { ...proof, boundNonce: nonce })).toBeNull();
  });

  it("refuses a message that another browser asked for (I7)", async () => {
    const [mine, other] = [await signed(), await signed()];
    expect(await verifySiwe(db, terms, "sign-in", { ...mine, boundNonce: other.boundNonce })).toBeNull();
    expect(await verifySiwe(db, terms, "sign-in", { ...other, boundNonce: undefined })).toBeNull();
  });

  it.each<[string, Partial<SiweMessage>]>([
    ["another domain (phishing)", { domain: "evil.example" }],
    ["another uri", { uri: "https://evil.example" }],
    ["another chain", { chainId: 1 }],
    ["another statement", { statement: "Give away everything." }],
    ["no expiry", { expirationTime: undefined }],
    ["an expiry that is over", { expirationTime: new Date(Date.now() - 1_000) }],
    ["a start that is to come", { notBefore: new Date(Date.now() + 60_000) }],
    ["an issue time long ago", { issuedAt: new Date(Date.now() - 3_600_000) }],
    ["an issue time to come", { issuedAt: new Date(Date.now() + 3_600_000) }],
  ])("refuses a message that names %s (I7)", async (_, change) => {
    expect(await verifySiwe(db, terms, "sign-in", await signed(change))).toBeNull();
  });

  it("refuses a message signed for another purpose (I7)", async () => {
    expect(await verifySiwe(db, terms, "confirm", await signed())).toBeNull();
  });

  it("refuses the signature of another wallet (I7)", async () => {
    const proof = await signed();
    const other = privateKeyToAccount(generatePrivateKey());
    const signature = await other.signMessage({ message: proof.message });
    expect(await verifySiwe(db, terms, "sign-in", { ...proof, signature })).toBeNull();
  });

  it.each(["", "no message", "\u0000"])("refuses the text %j", async (message) => {
    expect(await verifySiwe(db, terms, "sign-in", { ...(await signed()), message })).toBeNull();
  });
});
