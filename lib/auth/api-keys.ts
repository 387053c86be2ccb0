import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { and, count, desc, eq, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { apiKeys, merchants, users } from "@/lib/db/schema";
import { isId, type MerchantId, newId } from "@/lib/ids";
import { checkName } from "@/lib/merchants/names";

/** What a key lets a program do. */
export type ApiScope = (typeof apiKeys.$inferSelect)["scope"];

/** A key as its merchant sees it: never the key itself. */
export interface ApiKey {
  id: string;
  name: string;
  /** The beginning of the key, enough to recognise it. */
  prefix: string;
  scope: ApiScope;
  createdAt: Date;
  /** The name of the person who made it, or null when they are gone. */
  createdBy: string | null;
  /** To the minute. */
  lastUsedAt: Date | null;
}

/** What came of making a key: the key, which is shown this once, or what is wrong with its name. */
export type ApiKeyMade = { ok: true; key: string } | { ok: false; reason: string };

const MAX_KEYS = 20;
const FORM = /^(farebox_[0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

const digestOf = (key: string) => createHash("sha256").update(key).digest();

/** Makes a key of 256 random bits for a program of the merchant's. */
export async function createApiKey(
  db: Db,
  merchantId: MerchantId,
  userId: string,
  typedName: string,
): Promise<ApiKeyMade> {
  const checked = checkName(typedName);
  if (!checked.ok) return checked;
  const [held] = await db.select({ keys: count() }).from(apiKeys).where(eq(apiKeys.merchantId, merchantId));
  if ((held?.keys ?? 0) >= MAX_KEYS) return { ok: false, reason: `A merchant has at most ${MAX_KEYS} keys.` };
  const prefix = `farebox_${randomBytes(6).toString("hex")}`;
  const key = `${prefix}_${randomBytes(32).toString("base64url")}`;
  await db.insert(apiKeys).values({
    id: newId(),
    merchantId,
    name: checked.name,
    prefix,
    hash: digestOf(key),
    scope: "payments:read",
    createdBy: userId,
  });
  return { ok: true, key };
}

/** Lists a merchant's keys, the newest first. */
export function listApiKeys(db: Db, merchantId: MerchantId): Promise<ApiKey[]> {
  return db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      prefix: apiKeys.prefix,
      scope: apiKeys.scope,
      createdAt: apiKeys.createdAt,
      createdBy: users.name,
      lastUsedAt: apiKeys.lastUsedAt,
    })
    .from(apiKeys)
    .leftJoin(users, eq(users.id, apiKeys.createdBy))
    .where(eq(apiKeys.merchantId, merchantId))
    .orderBy(desc(apiKeys.id));
}

/** Revokes a key at once; false when the merchant has none of this id. */
export async function revokeApiKey(db: Db, merchantId: MerchantId, id: string): Promise<boolean> {
  if (!isId(id)) return false;
  const gone = await db
    .delete(apiKeys)
    .where(and(eq(apiKeys.id, id), eq(apiKeys.merchantId, merchantId)))
    .returning({ id: apiKeys.id });
  return gone.length > 0;
}

/** Finds whose key this is, when it has the scope, and notes that it was used; null for every other text. */
export async function merchantOfKey(
  db: Db,
  key: string,
  scope: ApiScope,
): Promise<{ merchantId: MerchantId; merchantName: string } | null> {
  const prefix = FORM.exec(key)?.[1];
  if (prefix === undefined) return null;
  const [found] = await db
    .select({
      id: apiKeys.id,
      hash: apiKeys.hash,
      scope: apiKeys.scope,
      merchantId: apiKeys.merchantId,
      merchantName: merchants.name,
    })
    .from(apiKeys)
    .innerJoin(merchants, eq(merchants.id, apiKeys.merchantId))
    .where(eq(apiKeys.prefix, prefix));
  if (!found || found.scope !== scope || !timingSafeEqual(found.hash, digestOf(key))) return null;
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(
      and(
        eq(apiKeys.id, found.id),
        sql`(last_used_at is null or last_used_at < now() - interval '1 minute')`,
      ),
    );
  return { merchantId: found.merchantId, merchantName: found.merchantName };
}
