import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { identities, memberships, users } from "@/lib/db/schema";
import { memberById } from "@/lib/merchants/member";
import { signUp } from "@/lib/merchants/sign-up";
import { withGithub, withPassword, withWallet } from "./authenticate";
import { changePassword } from "./change-password";
import { linkWallet, listWallets, unlinkWallet } from "./identities";
import { provePassword, proveWallet } from "./identity-proof";
import { SESSION_LIFETIME_MS, sessionOf } from "./session-rule";
import { issueSiweMessage, type SiwePurpose } from "./siwe";
import { claimsOf } from "./token";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

const terms = { origin: "https://farebox.example", chainId: 84_532 };
const mintEmail = () => `${randomUUID()}@example.com`;
const mintWallet = () => privateKeyToAccount(generatePrivateKey());
const PASSWORD = "four words in a row";

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
    expect(await withPassword(db, email, "another one of mine")).toBeNull();
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
    expect(await withPassword(db, ` ${email.toUpperCase()}`, PASSWORD)).toMatchObject({ userId });
  });

  it("answers the same for a wrong password, an unknown email, a wallet's account and no email at all", async () => {
    const { email } = await mintUser();
    const answers = [
      await withPassword(db, email, "the wrong words here"),
      await withPassword(db, mintEmail(), PASSWORD),
      await withPassword(db, "no email", PASSWORD),
      await withPassword(db, "", ""),
    ];
    expect(answers).toEqual([null, null, null, null]);
  });
});

describe("signing in with a wallet", () => {
  it("opens an account the first time, the same one after, and one only when two come at once", async () => {
    const wallet = mintWallet();
    const proofs = await Promise.all([proofOf(wallet), proofOf(wallet)]);
    const both = await Promise.all(proofs.map((proof) => withWallet(db, terms, proof)));
    const later = await withWallet(db, terms, await proofOf(wallet));
    expect(new Set([...both, later].map((signedIn) => signedIn?.userId)).size).toBe(1);
    expect(later && (await memberById(db, later.userId))?.merchantName).toBe(
      `${wallet.address.slice(0, 6)}…${wallet.address.slice(-4)}`,
    );
  });

  it("opens nothing when the message is refused", async () => {
    const wallet = mintWallet();
    expect(await withWallet(db, terms, await proofOf(wallet, "link"))).toBeNull();
    expect(await db.select().from(identities).where(eq(identities.subject, wallet.address))).toEqual([]);
  });
});

describe("a session", () => {
  it("stands for the person who signed in, until seven days have passed", async () => {
    const { email, userId } = await mintUser();
    const signedIn = await withPassword(db, email, PASSWORD);
    const claims = claimsOf(signedIn ?? { userId: "", epoch: 0 });
    expect(await sessionOf(db, claims)).toMatchObject({ userId, merchantName: "Ada", timeZone: "UTC" });
    expect(await sessionOf(db, claims, claims.signedInAt + SESSION_LIFETIME_MS + 1)).toBeNull();
  });

  it("ends when the password changes, except the one it was changed in", async () => {
    const { email, userId } = await mintUser();
    const signedIn = await withPassword(db, email, PASSWORD);
    const stolen = claimsOf(signedIn ?? { userId: "", epoch: 0 });
    const changed = await changePassword(db, userId, {
      current: PASSWORD,
      next: "five other words in a row",
    });
    expect(await sessionOf(db, stolen)).toBeNull();
    expect(changed.ok && (await sessionOf(db, claimsOf(changed.signedIn)))).toMatchObject({ userId });
    expect(await withPassword(db, email, PASSWORD)).toBeNull();
    expect(await withPassword(db, email, "five other words in a row")).toMatchObject({ userId });
  });

  it("is not ended by a wrong attempt to change the password", async () => {
    const { email, userId } = await mintUser();
    const signedIn = await withPassword(db, email, PASSWORD);
    const claims = claimsOf(signedIn ?? { userId: "", epoch: 0 });
    expect(await changePassword(db, userId, { current: "wrong", next: "short" })).toEqual({
      ok: false,
      errors: { current: expect.any(String), next: expect.any(String) },
    });
    expect(await sessionOf(db, claims)).toMatchObject({ userId });
  });

  it("stands for nobody when its user does not exist", async () => {
    const userId = "01890000-0000-7000-8000-000000000000";
    expect(await sessionOf(db, { userId, epoch: 0, signedInAt: Date.now() })).toBeNull();
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
    const userId = signedIn?.userId ?? "";
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
  it("takes the password, or a message signed by a linked wallet, and nothing else", async () => {
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
    const signedIn = await withGithub(db, { id: randomUUID(), name: "octocat" });
    expect((await provePassword(db, signedIn.userId, "")).ok).toBe(false);
  });
});
