import type { Authorization, Simulation } from "./chain";
import { callTogether } from "./multicall";
import { decodePayerState, payerCalls, timeCall } from "./payer-state";
import type { ChainClient } from "./rpc-node";
import { encodeTransfer } from "./transfer";

/** The most gas one transfer may take. A plain one takes under 100,000; a contract wallet decides itself (faults D17). */
export const MAX_GAS = 500_000n;

/** Tries a transfer on top of the latest block, and reads the payer's state there; throws when the token did not answer. */
export async function simulateTransfer(
  client: ChainClient,
  authorization: Authorization,
): Promise<Simulation> {
  const transfer = { target: authorization.asset, data: encodeTransfer(authorization) };
  // Last, so that what it does to the payer's balance is not in what was read.
  const calls = [...payerCalls(authorization), timeCall(client), transfer];
  const [balance, used, time, moved] = await callTogether(client, calls, { gas: MAX_GAS });
  const state = decodePayerState(balance, used, time);
  if (state === null) throw new Error("The token did not answer");
  return { ...state, moves: moved?.success === true };
}
