import { type Hex, type TransactionReceipt, TransactionReceiptNotFoundError } from "viem";
import type { ChainClient } from "./rpc-node";

const shared = new WeakMap<ChainClient, Map<Hex, Promise<TransactionReceipt | null>>>();

/** Asks an RPC for a receipt, once for all that ask at the same time; null when the transaction is not mined. */
export function receiptOf(client: ChainClient, hash: Hex): Promise<TransactionReceipt | null> {
  const ofClient = shared.get(client) ?? new Map<Hex, Promise<TransactionReceipt | null>>();
  shared.set(client, ofClient);
  const asked = ofClient.get(hash);
  if (asked !== undefined) return asked;
  const asking = ask(client, hash).finally(() => ofClient.delete(hash));
  ofClient.set(hash, asking);
  return asking;
}

async function ask(client: ChainClient, hash: Hex): Promise<TransactionReceipt | null> {
  try {
    const receipt = await client.getTransactionReceipt({ hash });
    return receipt.transactionHash === hash.toLowerCase() ? receipt : null;
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  }
}
