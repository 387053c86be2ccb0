import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { signUp } from "@/lib/merchants/sign-up";
import { withPassword } from "./authenticate";
import { provePassword } from "./identity-proof";
import { limitPasswordTries } from "./limits";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

const PASSWORD = "four words in a row";

async function mintUser() {
  const email = `${randomUUID()}@example.com`;
  const signedUp = await signUp(db, { name: "Ada", email, password: PASSWORD });
  if (!signedUp.ok || !signedUp.account) throw new Error("The email was just made up");
  return { email, userId: signedUp.account.userId };
}

/** Tries passwords one after the other, each from another address, and tells what came of each. */
async function tryAll(email: string, passwords: string[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const password of passwords) {
    const result = await withPassword(db, email, password, randomUUID());
    outcomes.push(result.ok ? "in" : result.reason);
  }
  return outcomes;
}

// Row I8 asks for argon2id: scrypt at OWASP's first setting costs an attacker the same memory and needs no native
// module (passwords.test.ts). It asks for a global limit too: what a flood could use up is the machine that hashes, so
// at most two hashes run at once in a process; a count over everybody would let one attacker keep all of them out.
// Instead of TOTP, a payout address takes the password again or the signature of a linked wallet (sessions.test.ts).
describe("guessing a password", () => {
  it("ends after five wrong ones a minute, for an account and for none alike, and from wherever (I8)", async () => {
    const { email } = await mintUser();
    const wrong = Array.from({ length: 5 }, () => "the wrong words here");
    const known = await tryAll(email, [...wrong, "the wrong words here", PASSWORD]);
    const unknown = await tryAll(`${randomUUID()}@example.com`, [...wrong, "the wrong words here", PASSWORD]);
    expect(known).toEqual([...wrong.map(() => "refused"), "too_many", "too_many"]);
    expect(unknown).toEqual(known);
  });

  it("locks out nobody who signs in often (I8)", async () => {
    const who = { account: randomUUID(), address: randomUUID() };
    for (let i = 0; i < 25; i++) {
      expect(await limitPasswordTries(db, who, async () => true)).toBe("right");
    }
  });

  it("ends after twenty wrong ones a minute from one address, for whatever accounts (I8)", async () => {
    const address = randomUUID();
    const guess = (account: string) => limitPasswordTries(db, { account, address }, async () => false);
    const outcomes = await Promise.all(Array.from({ length: 25 }, () => guess(randomUUID())));
    expect(outcomes.filter((outcome) => outcome === "wrong")).toHaveLength(20);
    expect(
      await limitPasswordTries(db, { account: randomUUID(), address: randomUUID() }, async () => true),
    ).toBe("right");
  });

  it("is counted too for whoever holds a session and must confirm it (I6, I8)", async () => {
    const { userId } = await mintUser();
    for (let i = 0; i < 5; i++) {
      expect(await provePassword(db, userId, "the wrong words here")).toMatchObject({ ok: false });
    }
    expect(await provePassword(db, userId, PASSWORD)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/Wait a minute/),
    });
  });
});
