import { sql } from "drizzle-orm";
import type { Authorization, Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { newId } from "@/lib/ids";
import type { SentPayment } from "./sent";
import type { Chargeable } from "./sign-and-store";
import { type Submission, submit } from "./submit";

type Db = Database["db"];

/** Longer than a facilitator takes that is asked twice, with a look at the chain between. */
const SEND_SECONDS = 30;

/**
 * Sends a payment once more that was sent in vain: by a relayer of ours in a transaction of its own, or by the facilitator
 * that was asked before. Of all that read the same `sent` one does so, and nobody while another is at it; then it is lost.
 * Workers, whose leases have no owner, mostly look, and so often that whoever waited for them would hardly ever send.
 */
export async function sendAgain(
  db: Db,
  chain: Chain,
  payment: Chargeable,
  authorization: Authorization,
  sent: SentPayment,
): Promise<Submission> {
  const { submitter } = chain;
  const alone = (lease: string) => submit(db, chain, { ...payment, lease }, authorization, "submitting");
  // Whoever works on it since it was held needs its lease for what comes after.
  if (submitter.kind === "relayers" && payment.lease !== "") return alone(payment.lease);
  const lease = newId();
  if (!(await takeAgain(db, payment.id, lease, sent))) return { kind: "lost" };
  try {
    if (submitter.kind === "relayers") return await alone(lease);
    const { txHash } = await submitter.settle(authorization);
    await db.execute(sql`
      update payments set facilitator_tx_hash = ${txHash} where id = ${payment.id} and lease_owner = ${lease}`);
    return { kind: "sent", txHash };
  } finally {
    // It ends now, and stays in the row: copies that began before must find it changed.
    await db.execute(sql`
      update payments set lease_owner = null, lease_until = now()
      where id = ${payment.id} and lease_owner = ${lease}`);
  }
}

async function takeAgain(
  db: Db,
  paymentId: string,
  lease: string,
  { chainTxId, facilitator, leaseUntil }: SentPayment,
): Promise<boolean> {
  const taken = await db.execute(sql`
    update payments set lease_owner = ${lease}, lease_until = now() + make_interval(secs => ${SEND_SECONDS})
    where id = ${paymentId} and money = 'submitting' and chain_tx_id is not distinct from ${chainTxId}
      and facilitator is not distinct from ${facilitator}
      and lease_until is not distinct from ${leaseUntil}::timestamptz
      and (lease_owner is null or lease_until < now())
    returning id`);
  return taken.length === 1;
}
