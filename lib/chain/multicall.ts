import type { Address } from "viem";
import { decodeAggregate, encodeAggregate, type InnerCall, type InnerResult } from "./aggregate";
import type { ChainClient } from "./rpc-node";

/** Where and with how much gas a multicall is made. */
export interface MulticallOptions {
  /** The latest block when absent. */
  blockNumber?: bigint;
  /** For all calls together; the node's own limit when absent. */
  gas?: bigint;
}

/** The address of Multicall3 on the client's chain. */
export function multicall3Of({ chain }: Pick<ChainClient, "chain">): Address {
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
): Promise<readonly InnerResult[]> {
  const answer = await client.call({ to: multicall3Of(client), data: encodeAggregate(calls), ...options });
  return decodeAggregate(answer.data ?? "0x", calls.length);
}
