import { and, gt, inArray, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import type { Log } from "@/lib/log";

/** How long a claim outlives a process that died; presentations of the same payment wait for it to end. */
export const LEASE_SECONDS = 10;
const RENEW_EVERY_MS = 3_000;

/** The time a lease taken or renewed now ends, by the database's clock: replicas' clocks may differ. */
const leaseEnd = sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})`;

/** The leases this process holds; they are renewed in one statement, and end by themselves when the process dies. */
export interface Leases {
  /** Renews a lease from now on; it is a token of one claim, so that even two requests of this process fence each other. */
  hold(lease: string, paymentId: string): void;
  /** Renews it no more; says whether that was done until now. */
  drop(lease: string): boolean;
  stop(): void;
}

/** Starts renewing leases. */
export function openLeases(db: Db, log: Log): Leases {
  const held = new Map<string, string>();
  const renew = async () => {
    if (held.size === 0) return;
    const ours = and(
      inArray(payments.id, [...held.values()]),
      inArray(payments.leaseOwner, [...held.keys()]),
    );
    // A lease that ended is not revived: someone else may already work on its payment.
    const alive = gt(payments.leaseUntil, sql`now()`);
    // In the order that all statements about many payments keep.
    const locked = db
      .select({ id: payments.id })
      .from(payments)
      .where(and(ours, alive))
      .orderBy(payments.id)
      .for("update");
    await db.update(payments).set({ leaseUntil: leaseEnd }).where(inArray(payments.id, locked));
  };
  const timer = setInterval(() => {
    renew().catch((error: unknown) => log.warn("lease.renew_failed", { error }));
  }, RENEW_EVERY_MS);
  timer.unref();
  return {
    hold: (lease, paymentId) => void held.set(lease, paymentId),
    drop: (lease) => held.delete(lease),
    stop: () => clearInterval(timer),
  };
}
