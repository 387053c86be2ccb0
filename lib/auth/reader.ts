import type { MerchantId } from "@/lib/ids";
import { parts } from "@/lib/server/parts";
import { type ApiScope, merchantOfKey } from "./api-keys";
import { requireSession } from "./session";

/** For whom a file is read: a person at work, or a program with their merchant's key, for which times are in UTC. */
export interface Reader {
  merchantId: MerchantId;
  merchantName: string;
  /** IANA name. */
  timeZone: string;
}

/**
 * Tells who asks a route handler for a file. A request that brings `Authorization` is judged by that alone; null when
 * its key is none of ours, was revoked, or has another scope.
 */
export async function readerOf(request: Request, scope: ApiScope): Promise<Reader | null> {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return requireSession();
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "";
  const merchant = await merchantOfKey(parts().database.db, key, scope);
  return merchant && { ...merchant, timeZone: "UTC" };
}
