import { type Address, decodeFunctionResult, encodeFunctionData, type Hex, multicall3Abi } from "viem";
import type { ChainClient } from "./rpc-node";

/** A contract call within a multicall. */
export interface InnerCall {
  target: Address;
  data: Hex;
}

/** Where and with how much gas a multicall is made. */
export interface MulticallOptions {
  /** The latest block when absent. */
  blockNumber?: bigint;
  /** For all calls together; the node's own limit when absent. */
  gas?: bigint;
}

/** The address of Multicall3 on the client's chain. */
export function multicall3Of({ chain }: ChainClient): Address {
  const address = chain.contracts?.multicall3?.address;
  if (!address) throw new Error(`${chain.name} has no Multicall3`);
  return address;
}

/**
 * Makes several calls in one eth_call, so that all see the same block. A call that reverts or burns its gas is a result
 * and never an error: what is thrown is the RPC's failure alone, with no error texts of nodes to tell apart.
 */
export async function callTogether(
  client: ChainClient,
  calls: readonly InnerCall[],
  options: MulticallOptions = {},
): Promise<readonly { success: boolean; returnData: Hex }[]> {
  const data = encodeFunctionData({
    abi: multicall3Abi,
    functionName: "aggregate3",
    args: [calls.map((call) => ({ target: call.target, allowFailure: true, callData: call.data }))],
  });
  const answer = await client.call({ to: multicall3Of(client), data, ...options });
  return decodeFunctionResult({ abi: multicall3Abi, functionName: "aggregate3", data: answer.data ?? "0x" });
}
