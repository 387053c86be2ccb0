import type { Hex } from "viem";
import { type Authorization, type Chain, ChainUnavailable, type TransferFailure } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { authorizationOf } from "./authorization";
import { type ProvenPayment, voidPayment } from "./record";
import { sendAgain } from "./send-again";
import { proveSent, readSent, type SentPayment, wentAlone } from "./sent";
import type { Chargeable } from "./sign-and-store";

/** What looking after a sent payment needs beside it. */
export interface LookAfterParts {
  db: Database["db"];
  chain: Chain;
  /** Books a proven transfer. */
  record(proven: ProvenPayment): Promise<unknown>;
}

/** A payment that was sent, and the lease it is worked on under; an empty one when it is only looked after. */
export interface SentRow extends Chargeable {
  asset: string;
  authorization: Record<string, string>;
}

/** What one look came to: whether another is needed, and the likeliest hash. */
export interface Looked {
  isOpen: boolean;
  txHash: Hex | null;
}

/**
 * Looks once at what became of a payment that was sent, and does what follows: books it, ends it, or sends it once more.
 * That is done where it failed among others, and may have failed because of them, and where the chain shows that what was
 * sent will not move it. `isWanted` says that its payer is here for it: then a facilitator is asked sooner.
 */
export async function lookAfter(
  { db, chain, record }: LookAfterParts,
  payment: SentRow,
  isWanted: boolean,
): Promise<Looked> {
  const authorization = authorizationOf(payment);
  const sent = await readSent(db, payment.id);
  const [txHash = null] = sent.hashes;
  if (!sent.isOpen) return { isOpen: false, txHash };
  // Asked first: what is mined by then under one of our hashes is found under it.
  const isUsedUp = await isAccountNonceUsedUp(chain, sent);
  const proof = await proveSent(chain, authorization, sent.hashes);
  const again = () => sendAgain(db, chain, payment, authorization, sent);
  const isOpen = { isOpen: true, txHash };
  if (proof.outcome === "pending") {
    if (await isInVain(chain, authorization, sent, { isUsedUp, isWanted })) await again();
    return isOpen;
  }
  if (proof.outcome === "settled") await record({ paymentId: payment.id, ...proof.proof });
  else {
    const isCasualty = await failedAmongOthers(db, chain, authorization, sent, proof.reason);
    const submission = isCasualty ? await again() : { kind: "refused" as const, reason: proof.reason };
    if (submission.kind !== "refused") return isOpen;
    await voidPayment(db, payment.id, submission.reason, { sentBy: sent.chainTxId });
  }
  return { isOpen: false, txHash };
}

/**
 * Whether a payment failed among others and may have failed because of them: one that burns the gas of all must cost only
 * itself. What it was sent in is mined and moved nothing, and the token takes its authorization once.
 */
async function failedAmongOthers(
  db: Database["db"],
  { submitter }: Chain,
  authorization: Authorization,
  sent: SentPayment,
  reason: TransferFailure,
): Promise<boolean> {
  if (reason !== "settlement_reverted" || submitter.kind !== "relayers") return false;
  return !(await wentAlone(db, submitter.relayers[0], authorization, sent));
}

/** Whether two RPCs count past the account nonce of our transaction, where there are two: then it is mined, or never will be. */
async function isAccountNonceUsedUp({ submitter }: Chain, sent: SentPayment): Promise<boolean> {
  const { isRested, sender, accountNonce } = sent;
  if (submitter.kind !== "relayers" || !isRested || accountNonce === null) return false;
  const relayer = submitter.relayers.find(({ address }) => address === sender);
  const mined = await relayer?.confirmedMinedNonce().catch((error: unknown) => {
    if (!(error instanceof ChainUnavailable)) throw error;
  });
  return mined !== undefined && accountNonce < mined;
}

/**
 * Whether a payment whose transfer is not to be found has to be sent again, because it was settled by what a reorg dropped
 * and nobody of ours can repeat (faults D13), or its account nonce went to a transaction that is none of ours.
 */
async function isInVain(
  chain: Chain,
  authorization: Authorization,
  sent: SentPayment,
  { isUsedUp, isWanted }: { isUsedUp: boolean; isWanted: boolean },
): Promise<boolean> {
  const { submitter } = chain;
  const { isChargeable, isRested, isDropped, facilitator, hashes, chainTxId } = sent;
  const isLost =
    submitter.kind === "relayers"
      ? facilitator === null && isRested && (chainTxId === null || isUsedUp)
      : // Whoever is asked twice settles it once; no other is asked, that may not know what the first does (faults D6).
        facilitator === submitter.url && (isWanted ? hashes.length === 0 || isRested : isDropped && isRested);
  return isLost && isChargeable && (await chain.isUnused(authorization));
}
