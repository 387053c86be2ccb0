import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import type { Hex } from "viem";
import { type Authorization, type Chain, ChainUnavailable, type Proof } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { payments, settlements } from "@/lib/db/schema";
import type { Charge, ClaimedPayment } from "@/lib/gateway/ports";
import type { Log } from "@/lib/log";
import type { ReasonCode } from "@/lib/x402/reasons";
import { authorizationOf } from "./authorization";
import { book, itsSettlement, voidPayment } from "./record";
import { proveSent, sentHashes } from "./sent";
import { noteHash, submit } from "./submit";

/** How long a caller waits for its proof before it is told to present the payment again. */
const PROVE_FOR_MS = 20_000;
/** Pauses between looks at the chain: quick at first, for fast chains, then once a second. */
const LOOK_AFTER_MS = [0, 20, 40, 80, 160, 320, 640, 1_000];

async function proveFor(
  chain: Chain,
  authorization: Authorization,
  hashes: readonly Hex[],
  forMs: number,
): Promise<Proof> {
  const until = performance.now() + forMs;
  for (let look = 0; ; look++) {
    await sleep(LOOK_AFTER_MS[Math.min(look, LOOK_AFTER_MS.length - 1)]);
    const proof = await proveSent(chain, authorization, hashes).catch((error: unknown): Proof => {
      // The money may have moved: a silent chain is an unknown outcome, never a failure.
      if (error instanceof ChainUnavailable) return { outcome: "pending" };
      throw error;
    });
    if (proof.outcome !== "pending" || performance.now() >= until) return proof;
  }
}

/**
 * Charges a payment by its transfer on chain: sends it unless that was done before, and waits for the proof.
 * Whatever is returned is booked already; `unavailable` means that nothing was sent.
 */
export async function settle(
  db: Database["db"],
  chain: Chain,
  payment: ClaimedPayment,
  log: Log,
): Promise<Charge> {
  if (payment.money === "settled" || payment.money === "final") return standingCharge(db, payment.id, null);
  const authorization = authorizationOf(payment);
  let hashes = await sentHashes(db, payment.id);
  if (payment.money === "held") {
    const submission = await submit(db, chain, payment, authorization).catch((error: unknown) => {
      if (error instanceof ChainUnavailable) return null;
      throw error;
    });
    if (submission === null || submission.kind === "lost") return { outcome: "unavailable" };
    if (submission.kind === "refused") {
      const ended = await voidPayment(db, payment.id, submission.reason, { held: { lease: payment.lease } });
      return ended ? { outcome: "void", code: submission.reason } : { outcome: "unavailable" };
    }
    hashes = submission.txHash === null ? [] : [submission.txHash];
  }
  const txHash = hashes[0] ?? null;
  try {
    if (payment.money === "held" && chain.submitter.kind === "facilitator")
      await noteHash(db, payment.id, txHash);
    await book(db, payment.id, await proveFor(chain, authorization, hashes, PROVE_FOR_MS));
    return await standingCharge(db, payment.id, txHash);
  } catch (error) {
    // The money may have moved: whatever broke, the caller must not sign again (faults E3).
    log.error("settle.unknown_outcome", { payment: payment.id, txHash, error });
    return { outcome: "pending", txHash: txHash ?? "" };
  }
}

/** The charge as booked, whoever booked it: this process, another replica, or a worker. */
async function standingCharge(db: Database["db"], paymentId: string, sent: Hex | null): Promise<Charge> {
  const [row] = await db
    .select({ money: payments.money, reason: payments.reason, txHash: settlements.txHash })
    .from(payments)
    .leftJoin(settlements, itsSettlement)
    .where(eq(payments.id, paymentId));
  if (row?.money === "void")
    return { outcome: "void", code: (row.reason ?? "settlement_reverted") as ReasonCode };
  const txHash = row?.txHash ?? null;
  return txHash === null ? { outcome: "pending", txHash: sent ?? "" } : { outcome: "settled", txHash };
}
