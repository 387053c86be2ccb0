import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import type { Hex } from "viem";
import { type Authorization, type Chain, ChainUnavailable, type Proof } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { itsSettlement } from "@/lib/db/its-settlement";
import { payments, settlements } from "@/lib/db/schema";
import type { Charge, ClaimedPayment } from "@/lib/gateway/ports";
import type { Log } from "@/lib/log";
import type { ReasonCode } from "@/lib/x402/reasons";
import { authorizationOf } from "./authorization";
import { lookAfter } from "./look-after";
import { type ProvenPayment, voidPayment } from "./record";
import { proveSent, readSent } from "./sent";
import { noteHash, type Submission, withdraw } from "./submit";
import type { Submit } from "./submit-group";

/** How long a caller waits for its proof before it is told to present the payment again. */
const PROVE_FOR_MS = 20_000;
/** How long what was just sent is looked for by its hash alone. */
const JUST_SENT_MS = 2_000;
/** Pauses after looks at the chain: none before the first, for chains that mine at once, then as blocks of seconds need it. */
const LOOK_AFTER_MS = [2, 4, 6, 8, 10, 15, 20, 40, 80, 160, 250];
const LOOK_AGAIN_MS = [0, 20, 40, 80, 160, 320, 640, 1_000];

/** What charging needs beside the payment. */
export interface SettleParts {
  db: Database["db"];
  chain: Chain;
  submit: Submit;
  /** Books a proven transfer; false when somebody else did. */
  record(proven: ProvenPayment): Promise<boolean>;
  log: Log;
}

type Sent = Extract<Submission, { kind: "sent" }>;

/**
 * Charges a payment by its transfer on chain: sends it unless that was done before, and waits for the proof.
 * Whatever is returned is booked already; `unavailable` means that nothing was sent.
 */
export async function settle(parts: SettleParts, payment: ClaimedPayment): Promise<Charge> {
  const { db } = parts;
  if (payment.money === "settled" || payment.money === "final") return standingCharge(db, payment.id, null);
  const authorization = authorizationOf(payment);
  const sent = payment.money === "held" ? await sendHeld(parts, payment, authorization) : null;
  if (sent !== null && "outcome" in sent) return sent;
  try {
    return await (sent === null
      ? chargeSentBefore(parts, payment)
      : chargeSent(parts, payment, authorization, sent));
  } catch (error) {
    return unknownOutcome(parts, payment, error);
  }
}

/** Sends a held payment; what it came to where it was not sent, or where that is not known. */
async function sendHeld(
  parts: SettleParts,
  payment: ClaimedPayment,
  authorization: Authorization,
): Promise<Sent | Charge> {
  const { db, chain } = parts;
  try {
    const submission = await parts.submit(chain, payment, authorization).catch(nullIfUnavailable);
    if (submission === null) return { outcome: "unavailable" };
    if (submission.kind === "sent") return submission;
    if (submission.kind === "refused") {
      const { reason: code } = submission;
      if (await voidPayment(db, payment.id, code, { held: { lease: payment.lease } }))
        return { outcome: "void", code };
    }
    return (await withdraw(db, payment)) ? { outcome: "unavailable" } : standingCharge(db, payment.id, null);
  } catch (error) {
    // It may have been stored, and its reply lost: then workers send it (faults C11, E2).
    if (await withdraw(db, payment).catch(() => false)) throw error;
    return unknownOutcome(parts, payment, error);
  }
}

/** The money may have moved: whatever broke, the caller must not sign again (faults E3). */
async function unknownOutcome(parts: SettleParts, { id }: ClaimedPayment, error: unknown): Promise<Charge> {
  const sent = await readSent(parts.db, id).catch(() => null);
  const txHash = sent?.hashes[0] ?? "";
  parts.log.error("settle.unknown_outcome", { payment: id, txHash, error });
  return { outcome: "pending", txHash };
}

async function chargeSent(
  parts: SettleParts,
  payment: ClaimedPayment,
  authorization: Authorization,
  sent: Sent,
): Promise<Charge> {
  const { db, chain } = parts;
  if (chain.submitter.kind === "facilitator") await noteHash(db, payment.id, sent.txHash);
  const until = performance.now() + PROVE_FOR_MS;
  const proof = await proveUntil(chain, authorization, sent, until);
  // Why it failed is judged by all that was signed for it.
  return proof.outcome === "failed"
    ? chargeSentBefore(parts, payment, until)
    : book(parts, payment, proof, sent.txHash);
}

/** Charges a payment that was sent before: looks after it until it is known what became of it, or it takes too long. */
async function chargeSentBefore(
  parts: SettleParts,
  payment: ClaimedPayment,
  until = performance.now() + PROVE_FOR_MS,
): Promise<Charge> {
  for (let looks = 0; ; looks++) {
    await sleep(LOOK_AGAIN_MS[Math.min(looks, LOOK_AGAIN_MS.length - 1)]);
    const looked = await lookAfter(parts, payment, looks === 0).catch(nullIfUnavailable);
    const isOver = looked?.isOpen === false || performance.now() >= until;
    if (isOver) return standingCharge(parts.db, payment.id, looked?.txHash ?? null);
  }
}

async function proveUntil(
  chain: Chain,
  authorization: Authorization,
  { txHash }: Sent,
  until: number,
): Promise<Proof> {
  if (txHash === null) return prove(chain, authorization, [], until);
  const elsewhereFrom = performance.now() + JUST_SENT_MS;
  for (let looks = 0; performance.now() < elsewhereFrom; looks++) {
    const proof = await look(chain, authorization, [txHash], true);
    if (proof.outcome !== "pending") return proof;
    await sleep(LOOK_AFTER_MS[Math.min(looks, LOOK_AFTER_MS.length - 1)]);
  }
  return prove(chain, authorization, [txHash], until);
}

async function prove(
  chain: Chain,
  authorization: Authorization,
  hashes: readonly Hex[],
  until: number,
): Promise<Proof> {
  for (let looks = 0; ; looks++) {
    await sleep(LOOK_AGAIN_MS[Math.min(looks, LOOK_AGAIN_MS.length - 1)]);
    const proof = await look(chain, authorization, hashes);
    if (proof.outcome !== "pending" || performance.now() >= until) return proof;
  }
}

/** A silent chain is an unknown outcome, never a failure: the money may have moved. */
async function look(
  chain: Chain,
  authorization: Authorization,
  hashes: readonly Hex[],
  justSent = false,
): Promise<Proof> {
  const proof = await proveSent(chain, authorization, hashes, justSent).catch(nullIfUnavailable);
  return proof ?? { outcome: "pending" };
}

/** Books what arrived, and says what the charge came to, whoever booked it. */
async function book(
  { db, record }: SettleParts,
  { id: paymentId }: ClaimedPayment,
  proof: Proof,
  sent: Hex | null,
): Promise<Charge> {
  if (proof.outcome === "settled" && (await record({ paymentId, ...proof.proof }))) {
    return { outcome: "settled", txHash: proof.proof.txHash };
  }
  return standingCharge(db, paymentId, sent);
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

function nullIfUnavailable(error: unknown): null {
  if (error instanceof ChainUnavailable) return null;
  throw error;
}
