import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { sessions } from "@/lib/db/schema";
import { openAccount } from "@/lib/merchants/open-account";
import { signUp } from "@/lib/merchants/sign-up";
import { withPassword } from "./authenticate";
import { changePassword } from "./change-password";
import { confirmSession, endSession, sessionOf, startSession } from "./sessions";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
/** Another replica: what one ends is over in the other. */
const elsewhere = openDatabase(process.env.DATABASE_URL ?? "", 2);
const { db } = database;
afterAll(() => Promise.all([database.close(), elsewhere.close()]));

const PASSWORD = "four words in a row";

async function mintUser(): Promise<{ userId: string }> {
  const account = await openAccount(db, { name: "Ada", email: null, passwordHash: null });
  if (account === null) throw new Error("An account without an email can always be opened");
  return account;
}

/** Lets time pass for every session of a user. */
async function age(userId: string, set: ReturnType<typeof sql>): Promise<void> {
  await db.execute(sql`update sessions set ${set} where user_id = ${userId}`);
}

describe("a session", () => {
  it("stands for the person who signed in, under an id the database does not hold (I6)", async () => {
    const { userId } = await mintUser();
    const id = await startSession(db, userId);
    expect(await sessionOf(db, id)).toMatchObject({ userId, merchantName: "Ada", timeZone: "UTC" });
    expect(Buffer.from(id, "base64url")).toHaveLength(32);
    const [row] = await db.select().from(sessions).where(eq(sessions.userId, userId));
    expect(Buffer.from(row?.idHash ?? []).toString("base64url")).not.toBe(id);
    expect(await sessionOf(db, Buffer.from(row?.idHash ?? []).toString("base64url"))).toBeNull();
  });

  it("has another id at every sign-in, so that a planted one is worth nothing (fixation, I6)", async () => {
    const { userId } = await mintUser();
    const ids = [await startSession(db, userId), await startSession(db, userId)];
    expect(new Set(ids).size).toBe(2);
  });

  it("ends when it was idle for 12 hours, and not while it is used (I6)", async () => {
    const { userId } = await mintUser();
    const id = await startSession(db, userId);
    await age(userId, sql`seen_at = now() - interval '11 hours 59 minutes'`);
    expect(await sessionOf(db, id)).not.toBeNull();
    await age(userId, sql`started_at = now() - interval '12 hours'`);
    expect(await sessionOf(db, id)).not.toBeNull();
    await age(userId, sql`seen_at = now() - interval '12 hours 1 second'`);
    expect(await sessionOf(db, id)).toBeNull();
  });

  it("ends seven days after signing in, however busy it was and however often it was confirmed (I6)", async () => {
    const { userId } = await mintUser();
    const id = await startSession(db, userId);
    await age(
      userId,
      sql`started_at = now() - interval '6 days 23 hours', ends_at = ends_at - interval '6 days 23 hours'`,
    );
    const next = (await confirmSession(db, id)) ?? "";
    expect(await sessionOf(db, next)).not.toBeNull();
    await age(userId, sql`ends_at = ends_at - interval '1 hour'`);
    expect(await sessionOf(db, next)).toBeNull();
    expect(await confirmSession(db, next)).toBeNull();
  });

  it("is over in every replica once signed out, whoever kept its cookie (I6)", async () => {
    const { userId } = await mintUser();
    const [id, other] = [await startSession(db, userId), await startSession(db, userId)];
    await endSession(db, id);
    expect(await sessionOf(elsewhere.db, id)).toBeNull();
    expect(await sessionOf(elsewhere.db, other)).not.toBeNull();
  });

  it("ends with every other one when the password changes, and with none at a wrong attempt (I6)", async () => {
    const email = `${randomUUID()}@example.com`;
    const signedUp = await signUp(db, { name: "Ada", email, password: PASSWORD });
    const userId = (signedUp.ok && signedUp.account?.userId) || "";
    const stolen = await startSession(db, userId);
    const wrong = await changePassword(db, userId, { current: "wrong", next: "short" });
    expect(wrong).toEqual({ ok: false, errors: { current: expect.any(String), next: expect.any(String) } });
    expect(await sessionOf(db, stolen)).not.toBeNull();
    const next = "five other words in a row";
    expect(await changePassword(db, userId, { current: PASSWORD, next })).toEqual({ ok: true });
    expect(await sessionOf(db, stolen)).toBeNull();
    expect((await withPassword(db, email, PASSWORD, randomUUID())).ok).toBe(false);
    expect((await withPassword(db, email, next, randomUUID())).ok).toBe(true);
  });

  it("is confirmed for five minutes, under a new id: a cookie stolen before does not rise with it (I6)", async () => {
    const { userId } = await mintUser();
    const before = await startSession(db, userId);
    expect(await sessionOf(db, before)).toMatchObject({ fresh: true, confirmed: false });
    const after = (await confirmSession(db, before)) ?? "";
    expect(await sessionOf(db, after)).toMatchObject({ confirmed: true });
    expect(await sessionOf(db, before)).toMatchObject({ confirmed: false });
    await age(userId, sql`ends_at = least(ends_at, now() + interval '6 days') - interval '10 seconds'`);
    expect(await sessionOf(db, before)).toBeNull();
    await age(
      userId,
      sql`confirmed_at = now() - interval '5 minutes 1 second', started_at = now() - interval '1 hour'`,
    );
    expect(await sessionOf(db, after)).toMatchObject({ fresh: false, confirmed: false });
  });

  it("of somebody whom GitHub just vouched for is confirmed: they have no password and may have no wallet (I6)", async () => {
    const { userId } = await mintUser();
    const id = await startSession(db, userId, { confirmed: true });
    expect(await sessionOf(db, id)).toMatchObject({ confirmed: true });
  });

  it("stands for nobody when its id was made up", async () => {
    expect(await sessionOf(db, "")).toBeNull();
    expect(await sessionOf(db, randomUUID())).toBeNull();
  });
});
