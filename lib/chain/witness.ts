import type { Address } from "viem";
import type { Authorization, Network, Proof } from "./chain";
import { findNonceUse } from "./nonce-use";
import { type Finding, findOutcome, findOutcomeOfUse, type SentTransfer } from "./proof";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";

/** Dollars up to which one RPC is believed that money arrived while every other one is down (faults D3). */
const BELIEVED_DOLLARS = 1n;

const PENDING: Proof = { outcome: "pending" };

/** What is needed to prove transfers on one network. */
export interface Witnesses {
  rpc: Rpc;
  network: Network;
  /** Ours; none where a facilitator sends. */
  relayers: readonly Address[];
}

/**
 * Proves what became of an authorization by two RPCs that agree, where a network has two. One that contradicts keeps
 * it open, whatever the amount. While all others are down, one alone proves that a small amount arrived; that nothing will
 * ever move it never proves alone, because a payer who is told so signs again.
 */
export async function prove(
  witnesses: Witnesses,
  authorization: Authorization,
  sent: SentTransfer,
): Promise<Proof> {
  const { rpc, relayers } = witnesses;
  const found = await agreed(witnesses, authorization, (client) =>
    findOutcome(client, authorization, sent, relayers),
  );
  if (found.outcome !== "used") return found;
  const use = await findNonceUse(rpc, authorization);
  if (use === null) return PENDING;
  const outcome = await agreed(witnesses, authorization, (client) =>
    findOutcomeOfUse(client, authorization, use),
  );
  return outcome.outcome === "used" ? PENDING : outcome;
}

async function agreed(
  { rpc, network }: Witnesses,
  { value }: Authorization,
  question: (client: ChainClient) => Promise<Finding>,
): Promise<Finding> {
  const { answer, second } = await rpc.askTwo(question, isFinal, isSame);
  if (!isFinal(answer) || second === "agrees" || second === "none") return answer;
  const isSmall = value <= BELIEVED_DOLLARS * 10n ** BigInt(network.token.decimals);
  return second === "down" && answer.outcome === "settled" && isSmall ? answer : PENDING;
}

function isFinal({ outcome }: Finding): boolean {
  return outcome === "settled" || outcome === "failed";
}

/** Why a transfer failed may look different a block later; that it did, and by which log it did not, may not. */
function isSame(one: Finding, other: Finding): boolean {
  if (one.outcome !== "settled" || other.outcome !== "settled") return one.outcome === other.outcome;
  const [a, b] = [one.proof, other.proof];
  return a.txHash === b.txHash && a.logIndex === b.logIndex && a.blockHash === b.blockHash;
}
