import { BlockNotFoundError } from "viem";
import type { Block, ChainHistory, Network } from "./chain";
import { finalBlock } from "./finality";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";
import { readAuthorizedTransfers, readTransfers, readUsedBeside } from "./transfers";

/** Opens the past of a network for comparison with the ledger. */
export function openHistory(rpc: Rpc, { token }: Network): ChainHistory {
  return {
    head: () => lower(rpc, readHead),
    finalHead: () => lower(rpc, readFinalHead),
    async holds(number, hash) {
      const question = (client: ChainClient) => holds(client, number, hash);
      const { answer, second } = await rpc.askTwo(
        question,
        () => true,
        (one, other) => one === other,
      );
      // One RPC alone, on a fork or lying, must neither make a settlement an orphan nor a final one.
      return second === "agrees" || second === "none" ? answer : null;
    },
    transfersTo: (payouts, from, to) => readTransfers(rpc, token.address, payouts, from, to),
    usedBeside: (transfers) => readUsedBeside(rpc, token.address, transfers),
    authorizedTransfers: (txHash) => readAuthorizedTransfers(rpc, token.address, txHash),
  };
}

/** The lower of the blocks that two RPCs name: what only one of them calls mined, or final, is not (faults D3). */
async function lower(rpc: Rpc, read: (client: ChainClient) => Promise<Block>): Promise<Block> {
  const blocks = await rpc.both(read);
  return blocks.reduce((lowest, block) => (block.number < lowest.number ? block : lowest));
}

async function readHead(client: ChainClient): Promise<Block> {
  const { number, hash, timestamp } = await client.getBlock();
  return { number, hash, time: new Date(Number(timestamp) * 1000) };
}

async function readFinalHead(client: ChainClient): Promise<Block> {
  const { number, hash, timestamp } = await finalBlock(client);
  return { number, hash, time: new Date(Number(timestamp) * 1000) };
}

async function holds(client: ChainClient, blockNumber: bigint, hash: string): Promise<boolean | null> {
  try {
    return (await client.getBlock({ blockNumber })).hash === hash;
  } catch (error) {
    if (error instanceof BlockNotFoundError) return null;
    throw error;
  }
}
