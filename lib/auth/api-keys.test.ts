import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { newId } from "@/lib/ids";
import { openAccount } from "@/lib/merchants/open-account";
import { createApiKey, listApiKeys, merchantOfKey, revokeApiKey } from "./api-keys";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

async function mintMerchant() {
  const account = await openAccount(db, { name: "Ada", email: null, passwordHash: null });
  if (account === null) throw new Error("An account without an email can always be opened");
  return account;
}

async function mintKey(name = "Bookkeeping") {
  const merchant = await mintMerchant();
  const made = await createApiKey(db, merchant.merchantId, merchant.userId, name);
  if (!made.ok) throw new Error(made.reason);
  const [listed] = await listApiKeys(db, merchant.merchantId);
  return { ...merchant, key: made.key, id: listed?.id ?? "" };
}

const opens = (key: string) => merchantOfKey(db, key, "payments:read");

describe("an API key", () => {
  it("has 256 random bits, opens its merchant, and stands in the database as a digest only (I10)", async () => {
    const { key, merchantId } = await mintKey();
    expect(key).toMatch(/^farebox_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    expect(await opens(key)).toEqual({ merchantId, merchantName: "Ada" });
    const rows =
      await database.sql`select to_jsonb(api_keys) as row from api_keys where merchant_id = ${merchantId}`;
    expect(JSON.stringify(rows)).not.toContain(key.slice(-43));
    expect(JSON.stringify(await listApiKeys(db, merchantId))).not.toContain(key.slice(-43));
  });

  it("that differs anywhere opens nothing: digests of equal length are compared (I10, I14)", async () => {
    const { key } = await mintKey();
    const other = (await mintKey()).key;
    const wrong = [
      `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`,
      key.slice(0, -1),
      `${key}A`,
      key.toUpperCase(),
      `${key.slice(0, 21)}${other.slice(21)}`,
      key.slice(0, 20),
      "",
      "farebox_",
      `${key}\n`,
    ];
    expect(await Promise.all(wrong.map(opens))).toEqual(wrong.map(() => null));
  });

  it("says when it was last used, and by which name and whom it was made (I10)", async () => {
    const { key, merchantId } = await mintKey(" My  books ");
    expect(await listApiKeys(db, merchantId)).toMatchObject([
      {
        name: "My books",
        scope: "payments:read",
        lastUsedAt: null,
        createdBy: "Ada",
        prefix: key.slice(0, 20),
      },
    ]);
    await opens(key);
    expect(await listApiKeys(db, merchantId)).toMatchObject([{ lastUsedAt: expect.any(Date) }]);
  });

  it("that is revoked opens nothing from then on (I10)", async () => {
    const { key, merchantId, id } = await mintKey();
    expect(await revokeApiKey(db, merchantId, id)).toBe(true);
    expect(await opens(key)).toBeNull();
    expect(await listApiKeys(db, merchantId)).toEqual([]);
    expect(await revokeApiKey(db, merchantId, id)).toBe(false);
  });

  it("of another merchant can be neither seen nor revoked, like one that does not exist (I4)", async () => {
    const { key, id } = await mintKey();
    const { merchantId: stranger } = await mintMerchant();
    expect(await listApiKeys(db, stranger)).toEqual([]);
    expect(await revokeApiKey(db, stranger, id)).toBe(false);
    expect(await revokeApiKey(db, stranger, newId())).toBe(false);
    expect(await opens(key)).not.toBeNull();
  });

  it("needs a name, and a merchant has at most 20", async () => {
    const { merchantId, userId } = await mintKey();
    expect(await createApiKey(db, merchantId, userId, " ")).toMatchObject({ ok: false });
    for (let i = 1; i < 20; i++) {
      expect((await createApiKey(db, merchantId, userId, `Key ${i}`)).ok).toBe(true);
    }
    expect(await createApiKey(db, merchantId, userId, "One more")).toMatchObject({ ok: false });
  });
});
