import type { Address } from "viem";
import type { Authorization, GasPrice, PayerState, Quote, TransferFailure } from "./chain";
import type { ChainClient } from "./rpc-node";
import { MAX_GAS, simulateTransfer } from "./simulation";
import { encodeTransfer } from "./transfer";

/** Added to an estimate, in percent: balances and nonces that were warm may be cold in the block that counts. */
const GAS_HEADROOM_PERCENT = 20n;

/** Quotes one transfer by itself; throws when nothing is certain, or the relayer cannot pay for it. */
export async function quoteTransfer(
  client: ChainClient,
  relayer: Address,
  authorization: Authorization,
  { maxFeePerGas, maxPriorityFeePerGas, headNumber }: GasPrice,
): Promise<Quote> {
  const [simulation, estimate, balance] = await Promise.all([
    simulateTransfer(client, authorization),
    // Its failure is read only when the simulation succeeded: nodes word a revert in many ways.
    client
      .estimateGas({ account: relayer, to: authorization.asset, data: encodeTransfer(authorization) })
      .catch((error: unknown) => error),
    client.getBalance({ address: relayer }),
  ]);
  // Some tokens pass over a used nonce in silence (faults D16).
  if (!simulation.moves || simulation.nonceUsed) {
    return { ok: false, reason: failureOf(authorization, simulation) };
  }
  if (typeof estimate !== "bigint") throw estimate;
  if (estimate > MAX_GAS) return { ok: false, reason: "settlement_reverted" };
  const roomy = estimate + (estimate * GAS_HEADROOM_PERCENT) / 100n;
  const gas = roomy < MAX_GAS ? roomy : MAX_GAS;
  requireFunds(relayer, balance, gas * maxFeePerGas);
  return { ok: true, gas: { gas, maxFeePerGas, maxPriorityFeePerGas }, headNumber };
}

/** Throws when a relayer cannot pay: a transaction that no node takes would keep its account nonce, and hold up all that follow (faults D20). */
export function requireFunds(relayer: Address, balance: bigint, cost: bigint): void {
  if (balance < cost) throw new Error(`The relayer ${relayer} cannot pay for gas`);
}

/**
 * Why a transfer that reverts does so, from what the token says rather than from the words of its revert; throws when
 * it is only too early for it, because then nothing is certain.
 */
function failureOf(authorization: Authorization, state: PayerState): TransferFailure {
  if (state.nonceUsed) return "payment_cancelled";
  if (state.headTime >= authorization.validBefore) return "authorization_expired";
  if (state.balance < authorization.value) return "insufficient_funds";
  if (state.headTime <= authorization.validAfter)
    throw new Error("The head is not as late as validAfter yet");
  return "settlement_reverted";
}
