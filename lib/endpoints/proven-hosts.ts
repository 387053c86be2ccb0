import { and, eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { hostProofs } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";
import { hostOf } from "./host-challenge";

/** Tells whether a merchant has shown to control the host of an upstream. */
export async function isHostProven(db: Db, merchantId: MerchantId, upstream: string): Promise<boolean> {
  const [proof] = await db
    .select({ host: hostProofs.host })
    .from(hostProofs)
    .where(and(eq(hostProofs.merchantId, merchantId), eq(hostProofs.host, hostOf(upstream))));
  return proof !== undefined;
}

/** Notes that a merchant has shown to control a host; showing it again changes nothing. */
export async function noteHostProven(
  db: Db,
  merchantId: MerchantId,
  host: string,
  method: "dns" | "file",
): Promise<void> {
  await db.insert(hostProofs).values({ merchantId, host, method }).onConflictDoNothing();
}
