import { eq } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { answers } from "@/lib/db/schema";
import type { Claim, ClaimedPayment, NewPayment } from "@/lib/gateway/ports";
import type { Sealer } from "@/lib/seal";
import { type ReasonCode, reasonFor } from "@/lib/x402/reasons";
import { openAnswer } from "./answer";
import type { Found } from "./look";
import { readPayment } from "./payment-row";

/** What telling where a payment stands needs of the ledger. */
export interface StandingParts {
  db: Database["db"];
  sealer: Sealer;
}

/** No identifier; none that was digested is as short. */
const NONE = new Uint8Array();

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

const refused = (code: ReasonCode): Claim => ({ kind: "refused", code });

/** Says where a payment stands that somebody claimed before; null when nothing of it is in the way. */
export async function standing(
  parts: StandingParts,
  found: Found,
  payment: NewPayment,
): Promise<Claim | null> {
  const ended = await outcome(parts, found, payment);
  if (ended !== null) return ended;
  if (found.leased) return { kind: "busy" };
  if (found.money === "submitting") {
    return { kind: "submitted", payment: await readPayment(parts.db, found.id, "") };
  }
  return found.exhausted ? refused("attempts_exhausted") : null;
}

/**
 * Says what comes of presenting a payment that has come to its end, or of presenting it for something else; null while
 * it may still be worked on.
 */
export async function outcome(
  { db, sealer }: StandingParts,
  found: Found,
  payment: NewPayment,
): Promise<Claim | null> {
  if (!same(found.digest, payment.digest) || !same(found.fingerprint, payment.fingerprint)) {
    return refused("payment_used_for_other_request");
  }
  // The chain shows everybody what was signed, but not what the payer called it: who does not know gets no answer.
  if (!same(found.identifier ?? NONE, payment.identifier ?? NONE)) return refused("idempotency_mismatch");
  if (found.money === "void") {
    const known = found.reason !== null && reasonFor(found.reason);
    return refused(known ? (found.reason as ReasonCode) : "payment_cancelled");
  }
  if (found.txHash === null || found.delivery !== "ready") return null;
  const sealed = found.sealed ?? (await readSealed(db, found.id));
  if (sealed === null) return refused("answer_expired");
  const answer = openAnswer(sealer, found.id, sealed);
  return { kind: "replay", payment: asClaimed(found, payment), txHash: found.txHash, answer };
}

/** The payment as it was claimed: what was signed is the same, and receipts are written as its client first asked. */
function asClaimed(found: Found, payment: NewPayment): ClaimedPayment {
  const { id, money, delivery, attempt, protocol } = found;
  // Spreading an object of so many parts takes ten times as long.
  return Object.assign({}, payment, { id, money, delivery, attempt, protocol, lease: "" });
}

async function readSealed(db: Database["db"], paymentId: string): Promise<Uint8Array | null> {
  const [row] = await db
    .select({ sealed: answers.sealed })
    .from(answers)
    .where(eq(answers.paymentId, paymentId));
  return row?.sealed ?? null;
}
