import { BlockNotFoundError } from "viem";
import { isUnsupported } from "./rpc-error";
import type { ChainClient } from "./rpc-node";

/** How many blocks may be replaced on a chain that does not tell what is final. */
const FINAL_DEPTH = 64n;

/**
 * Reads the newest block that an RPC calls final; on a chain that does not tell, one so deep that it is hardly replaced.
 * Whatever else an RPC answers says nothing of its chain, and is thrown: a busy one must not make blocks final.
 */
export async function finalBlock(client: ChainClient) {
  try {
    return await client.getBlock({ blockTag: "finalized" });
  } catch (error) {
    if (!(error instanceof BlockNotFoundError) && !isUnsupported(error)) throw error;
    const head = await client.getBlockNumber({ cacheTime: 0 });
    return client.getBlock({ blockNumber: head > FINAL_DEPTH ? head - FINAL_DEPTH : 0n });
  }
}
