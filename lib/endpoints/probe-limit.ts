import type { Db } from "@/lib/db/client";
import type { MerchantId } from "@/lib/ids";
import { countTry, type RateLimit } from "@/lib/rate-limit";

/** Servers of other people that a merchant may have us look up or ask while saving. */
const PROBES: RateLimit = { name: "endpoint:probe", count: 5, windowMs: 60_000 };

/** What a merchant is told who asked for too many. */
export const TOO_MANY_PROBES = "That were many servers in a minute. Wait a moment, then try again.";

/** Counts one probe; false when the merchant had five within a minute, so that nobody scans networks through us. */
export function mayProbe(db: Db, merchantId: MerchantId): Promise<boolean> {
  return countTry(db, PROBES, merchantId);
}
