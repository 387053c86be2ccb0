import { eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import type { ClaimedPayment } from "@/lib/gateway/ports";

/** Reads a payment as it was claimed, under a lease of ours or none. */
export async function readPayment(db: Db, id: string, lease: string): Promise<ClaimedPayment> {
  const [row] = await db.select().from(payments).where(eq(payments.id, id));
  if (!row) throw new Error(`There is no payment ${id}`);
  return { ...row, protocol: row.protocol === 1 ? 1 : 2, lease };
}
