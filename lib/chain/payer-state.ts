import { eip3009ABI } from "@x402/evm";
import { decodeFunctionResult, encodeFunctionData, type Hex, multicall3Abi } from "viem";
import type { AuthorizationKey, PayerState } from "./chain";
import { callTogether, type InnerCall, multicall3Of } from "./multicall";
import type { ChainClient } from "./rpc-node";

/** The calls whose results `decodePayerState` reads. */
export function payerStateCalls(client: ChainClient, key: AuthorizationKey): InnerCall[] {
  const { asset, from, nonce } = key;
  const time = encodeFunctionData({ abi: multicall3Abi, functionName: "getCurrentBlockTimestamp" });
  return [
    {
      target: asset,
      data: encodeFunctionData({ abi: eip3009ABI, functionName: "balanceOf", args: [from] }),
    },
    {
      target: asset,
      data: encodeFunctionData({ abi: eip3009ABI, functionName: "authorizationState", args: [from, nonce] }),
    },
    { target: multicall3Of(client), data: time },
  ];
}

/** Reads the results of `payerStateCalls`; throws when the token did not answer. */
export function decodePayerState(results: readonly { success: boolean; returnData: Hex }[]): PayerState {
  const [balance, used, time] = results;
  if (!balance?.success || !used?.success || !time?.success) throw new Error("The token did not answer");
  return {
    balance: decodeFunctionResult({ abi: eip3009ABI, functionName: "balanceOf", data: balance.returnData }),
    nonceUsed: decodeFunctionResult({
      abi: eip3009ABI,
      functionName: "authorizationState",
      data: used.returnData,
    }),
    headTime: decodeFunctionResult({
      abi: multicall3Abi,
      functionName: "getCurrentBlockTimestamp",
      data: time.returnData,
    }),
  };
}

/** Reads a payer's balance and whether its nonce is used or cancelled, at one block: the given or the latest. */
export async function readPayerState(
  client: ChainClient,
  key: AuthorizationKey,
  blockNumber?: bigint,
): Promise<PayerState> {
  const at = blockNumber === undefined ? {} : { blockNumber };
  return decodePayerState(await callTogether(client, payerStateCalls(client, key), at));
}
