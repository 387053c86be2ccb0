import {
  type Block,
  BlockNotFoundError,
  type Hex,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from "viem";
import type { ChainClient } from "./rpc-node";

/** Makes a question that is put to an RPC once for all who ask the same at the same time. */
function shared<Key, Answer>(ask: (client: ChainClient, key: Key) => Promise<Answer>) {
  const underWay = new WeakMap<ChainClient, Map<Key, Promise<Answer>>>();
  return (client: ChainClient, key: Key): Promise<Answer> => {
    const ofClient = underWay.get(client) ?? new Map<Key, Promise<Answer>>();
    underWay.set(client, ofClient);
    const asked = ofClient.get(key);
    if (asked !== undefined) return asked;
    const asking = ask(client, key).finally(() => ofClient.delete(key));
    ofClient.set(key, asking);
    return asking;
  };
}

/** Reads a receipt; null when the transaction is not mined. */
export const receiptOf = shared(
  async (client: ChainClient, hash: Hex): Promise<TransactionReceipt | null> => {
    try {
      const receipt = await client.getTransactionReceipt({ hash });
      return receipt.transactionHash === hash.toLowerCase() ? receipt : null;
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return null;
      throw error;
    }
  },
);

/** Reads the block at a height; null when there is none. */
export const blockAt = shared(
  async (client: ChainClient, blockNumber: bigint): Promise<Block<bigint, false, "latest"> | null> => {
    try {
      return await client.getBlock({ blockNumber });
    } catch (error) {
      if (error instanceof BlockNotFoundError) return null;
      throw error;
    }
  },
);
