import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { identities, memberships, users } from "@/lib/db/schema";
import { memberById } from "@/lib/merchants/member";
import { signUp } from "@/lib/merchants/sign-up";
import { withGithub, withPassword, withWallet } from "./authenticate";
import { linkWallet, listWallets, unlinkWallet } from "./identities";
import { provePassword, proveWallet } from "./identity-proof";
import { issueSiweMessage, type SiwePurpose } from "./siwe";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

const terms = { origin: "https://farebox.example", chainId: 84_532 };
const mintEmail = () => `${randomUUID()}@example.com`;
const mintWallet = () => privateKeyToAccount(generatePrivateKey());
const PASSWORD = "four words in a row";
const REFUSED = { ok: false, reason: "refused" };
/** Signs in from an address nobody else uses. */
const enter = (email: string, password: string) => withPassword(db, email, password, randomUUID());

async function mintUser(password = PASSWORD) {
  const email = mintEmail();
  const signedUp = await signUp(db, { name: "Ada", email, password });
  if (!signedUp.ok || !signedUp.account) throw new Error("The email was just made up");
  return { email, ...signedUp.account };
}

async function proofOf(wallet: ReturnType<typeof mintWallet>, purpose: SiwePurpose = "sign-in") {
  const { message, nonce } = await issueSiweMessage(db, terms, purpose, wallet.address);
  return { message, signature: await wallet.signMessage({ message }), boundNonce: nonce };
}

describe("signing up", () => {
  it("opens a user, a merchant and a membership that owns it", async () => {
    const { userId, merchantId, email } = await mintUser();
    expect(await memberById(db, userId)).toMatchObject({
      email,
      merchantId,
      merchantName: "Ada",
      name: "Ada",
    });
    const rows = await db.select().from(memberships).where(eq(memberships.userId, userId));
    expect(rows).toEqual([{ userId, merchantId, role: "owner" }]);
  });

  it("changes nothing for an email that has an account, and answers as if it had none", async () => {
    const { email, userId } = await mintUser();
    const before = await db.select().from(users).where(eq(users.id, userId));
    const again = await signUp(db, {
      name: "Mallory",
      email: ` ${email.toUpperCase()} `,
      password: "another one of mine",
    });
    expect(again).toEqual({ ok: true, account: null });
    expect(await db.select().from(users).where(eq(users.email, email))).toEqual(before);
    expect(await enter(email, "another one of mine")).toEqual(REFUSED);
  });

  it("opens one account when the same form is sent twice at once", async () => {
    const form = { name: "Ada", email: mintEmail(), password: PASSWORD };
    const both = await Promise.all([signUp(db, form), signUp(db, form)]);
    expect(both.filter((result) => result.ok && result.account !== null)).toHaveLength(1);
  });

  it("says what is wrong beside each field", async () => {
    expect(await signUp(db, { name: " ", email: "nobody", password: "short" })).toEqual({
      ok: false,
      errors: { name: expect.any(String), email: expect.any(String), password: expect.any(String) },
    });
  });
});

describe("signing in with a password", () => {
  it("opens the account of that email, in any case", async () => {
    const { email, userId } = await mintUser();
    expect(await enter(` ${email.toUpperCase()}`, PASSWORD)).toEqual({ ok: true, userId });
  });

  it("answers the same for a wrong password, an unknown email, a wallet's account and no email at all (I8)", async () => {
    const { email } = await mintUser();
    const answers = [
      await enter(email, "the wrong words here"),
      await enter(mintEmail(), PASSWORD),
      await enter("no email", PASSWORD),
      await enter("", ""),
    ];
    expect(answers).toEqual([REFUSED, REFUSED, REFUSED, REFUSED]);
  });
});

describe("signing in with a wallet", () => {
  it("opens an account the first time, the same one after, and one only when two come at once", async () => {
    const wallet = mintWallet();
    const proofs = await Promise.all([proofOf(wallet), proofOf(wallet)]);
    const both = await Promise.all(proofs.map((proof) => withWallet(db, terms, proof)));
    const later = await withWallet(db, terms, await proofOf(wallet));
    expect(later.ok).toBe(true);
    expect(both).toEqual([later, later]);
    expect(later.ok && (await memberById(db, later.userId))?.merchantName).toBe(
      `${wallet.address.slice(0, 6)}…${wallet.address.slice(-4)}`,
    );
  });

  it("opens nothing when the message is refused", async () => {
    const wallet = mintWallet();
    expect(await withWallet(db, terms, await proofOf(wallet, "link"))).toEqual(REFUSED);
    expect(await db.select().from(identities).where(eq(identities.subject, wallet.address))).toEqual([]);
  });
});

describe("wallets of a person", () => {
  it("are linked to one account only", async () => {
    const [ada, eve] = [await mintUser(), await mintUser()];
    const { address } = mintWallet();
    expect(await linkWallet(db, ada.userId, address)).toEqual({ ok: true });
    expect(await linkWallet(db, ada.userId, address)).toEqual({ ok: true });
    expect(await linkWallet(db, eve.userId, address)).toEqual({ ok: false, reason: "taken" });
    expect((await listWallets(db, ada.userId)).map((wallet) => wallet.address)).toEqual([address]);
  });

  it("can be unlinked by their owner alone", async () => {
    const [ada, eve] = [await mintUser(), await mintUser()];
    const { address } = mintWallet();
    await linkWallet(db, ada.userId, address);
    expect(await unlinkWallet(db, eve.userId, address)).toEqual({ ok: false, reason: "unknown" });
    expect(await unlinkWallet(db, ada.userId, address)).toEqual({ ok: true });
  });

  it("stay when they are the last way in, even when two are unlinked at once", async () => {
    const wallet = mintWallet();
    const signedIn = await withWallet(db, terms, await proofOf(wallet));
    const userId = signedIn.ok ? signedIn.userId : "";
    const second = mintWallet().address;
    await linkWallet(db, userId, second);
    const both = await Promise.all(
      [wallet.address, second].map((address) => unlinkWallet(db, userId, address)),
    );
    expect(both).toContainEqual({ ok: true });
    expect(both).toContainEqual({ ok: false, reason: "last_way_in" });
    expect(await listWallets(db, userId)).toHaveLength(1);
  });
});

describe("proving again who one is", () => {
  it("takes the password, or a message signed by a linked wallet, and nothing else (I6)", async () => {
    const ada = await mintUser();
    const [linked, foreign] = [mintWallet(), mintWallet()];
    await linkWallet(db, ada.userId, linked.address);
    const prove = async (wallet: typeof linked, purpose: SiwePurpose) =>
      (await proveWallet(db, terms, ada.userId, await proofOf(wallet, purpose))).ok;
    expect((await provePassword(db, ada.userId, PASSWORD)).ok).toBe(true);
    expect((await provePassword(db, ada.userId, "the wrong words here")).ok).toBe(false);
    expect(await prove(linked, "confirm")).toBe(true);
    expect(await prove(linked, "sign-in")).toBe(false);
    expect(await prove(foreign, "confirm")).toBe(false);
  });

  it("is impossible with a password for an account that has none", async () => {
    const userId = await withGithub(db, { id: randomUUID(), name: "octocat" });
    expect((await provePassword(db, userId, "")).ok).toBe(false);
  });
});
