import type { Address } from "viem";
import type { InnerCall, InnerResult } from "./aggregate";
import type { AuthorizationKey, PayerState } from "./chain";
import { callTogether, multicall3Of } from "./multicall";
import type { ChainClient } from "./rpc-node";

/** Function selectors, with which call data begins. */
const BALANCE_OF = "0x70a08231";
const AUTHORIZATION_STATE = "0xe94a0102";
const CURRENT_BLOCK_TIMESTAMP = "0x0f28c97d";

/** An address as the ABI writes it: one word. */
export function addressWord(address: Address): string {
  return address.slice(2).toLowerCase().padStart(64, "0");
}

/** The call that reads the time of the block which all calls beside it see. */
export function timeCall(client: ChainClient): InnerCall {
  return { target: multicall3Of(client), data: CURRENT_BLOCK_TIMESTAMP };
}

/** The calls that read a payer's balance, and whether its nonce is used or cancelled. */
export function payerCalls({ asset, from, nonce }: AuthorizationKey): [balance: InnerCall, used: InnerCall] {
  const payer = addressWord(from);
  return [
    { target: asset, data: `${BALANCE_OF}${payer}` },
    { target: asset, data: `${AUTHORIZATION_STATE}${payer}${nonce.slice(2)}` },
  ];
}

/** Reads the results of `payerCalls` and `timeCall`; null when the token did not answer. */
export function decodePayerState(
  balance: InnerResult | undefined,
  used: InnerResult | undefined,
  time: InnerResult | undefined,
): PayerState | null {
  const [units, isUsed, headTime] = [balance, used, time].map(wordIn);
  if (units === undefined || headTime === undefined || (isUsed !== 0n && isUsed !== 1n)) return null;
  return { balance: units, nonceUsed: isUsed === 1n, headTime };
}

function wordIn(result: InnerResult | undefined): bigint | undefined {
  return result?.success && result.returnData.length === 66 ? BigInt(result.returnData) : undefined;
}

/** Reads a payer's balance and whether its nonce is used or cancelled, at one block: the given or the latest. */
export async function readPayerState(
  client: ChainClient,
  key: AuthorizationKey,
  blockNumber?: bigint,
): Promise<PayerState> {
  const at = blockNumber === undefined ? {} : { blockNumber };
  const [balance, used, time] = await callTogether(client, [...payerCalls(key), timeCall(client)], at);
  const state = decodePayerState(balance, used, time);
  if (state === null) throw new Error("The token did not answer");
  return state;
}
