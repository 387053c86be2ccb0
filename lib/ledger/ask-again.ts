import { eq, sql } from "drizzle-orm";
import type { Hex } from "viem";
import type { Authorization, Submitter } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { newId } from "@/lib/ids";

/** Longer than a facilitator takes that is asked twice, with a look at the chain between. */
const ASK_SECONDS = 30;

/** Which facilitator was asked to settle a payment, and the state of the lease under which it is asked again. */
export interface Asked {
  facilitator: string | null;
  /** As the database writes it; every time somebody asks it is another. */
  leaseUntil: string | null;
}

/** Reads which facilitator was asked to settle a payment; none when it was sent otherwise. */
export async function readAsked(db: Db, paymentId: string): Promise<Asked> {
  const [row] = await db
    .select({
      facilitator: payments.facilitator,
      leaseUntil: sql<string | null>`${payments.leaseUntil}::text`,
    })
    .from(payments)
    .where(eq(payments.id, paymentId));
  return row ?? { facilitator: null, leaseUntil: null };
}

/**
 * Asks a facilitator once more to settle a payment, and notes the hash it names. Of copies that read the same `asked` one
 * does so, and nobody while another is at it; null also when it was not asked. Workers, whose leases have no owner, only
 * look, and look so often that whoever waited for them would hardly ever ask.
 */
export async function askAgain(
  db: Db,
  submitter: Extract<Submitter, { kind: "facilitator" }>,
  paymentId: string,
  authorization: Authorization,
  asked: Asked,
): Promise<Hex | null> {
  const lease = newId();
  const taken = await db.execute(sql`
    update payments set lease_owner = ${lease}, lease_until = now() + make_interval(secs => ${ASK_SECONDS})
    where id = ${paymentId} and money = 'submitting' and facilitator = ${submitter.url}
      and lease_until is not distinct from ${asked.leaseUntil}::timestamptz
      and (lease_owner is null or lease_until < now())
    returning id`);
  if (taken.length === 0) return null;
  const { txHash } = await submitter.settle(authorization);
  // It ends now, and stays in the row: copies that began before must find it changed.
  await db.execute(sql`
    update payments set facilitator_tx_hash = ${txHash}, lease_owner = null, lease_until = now()
    where id = ${paymentId} and lease_owner = ${lease}`);
  return txHash;
}
