import {
  type Address,
  type Hex,
  isAddressEqual,
  parseEventLogs,
  TransactionReceiptNotFoundError,
} from "viem";
import type { AuthorizedTransfer, Transfer } from "./chain";
import { tokenEvents } from "./receipt";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";

/** Blocks and addresses asked for at once; RPCs limit both. */
const RANGE_BLOCKS = 2_000n;
const ADDRESSES = 500;

/** Reads every transfer of a token to any of these addresses, between two blocks, both included. */
export async function readTransfers(
  rpc: Rpc,
  token: Address,
  to: readonly Address[],
  fromBlock: bigint,
  toBlock: bigint,
): Promise<Transfer[]> {
  const found: Transfer[] = [];
  for (let at = 0; at < to.length; at += ADDRESSES) {
    const some = to.slice(at, at + ADDRESSES);
    for (let start = fromBlock; start <= toBlock; start += RANGE_BLOCKS) {
      const end = start + RANGE_BLOCKS - 1n < toBlock ? start + RANGE_BLOCKS - 1n : toBlock;
      found.push(...(await rpc.ask((client) => transfersWithin(client, token, some, start, end))));
    }
  }
  return found;
}

async function transfersWithin(
  client: ChainClient,
  token: Address,
  to: Address[],
  fromBlock: bigint,
  toBlock: bigint,
): Promise<Transfer[]> {
  const [event] = tokenEvents.filter((entry) => entry.name === "Transfer");
  if (!event) return [];
  const logs = await client.getLogs({
    address: token,
    event,
    args: { to },
    fromBlock,
    toBlock,
    strict: true,
  });
  return logs.map(({ args, transactionHash, logIndex, blockNumber, blockHash }) => {
    return { txHash: transactionHash, logIndex, blockNumber, blockHash, ...args };
  });
}

/**
 * Reads which transfers of a token in a transaction were made by EIP-3009 authorizations: of each AuthorizationUsed it is
 * the token's next log. None when the transaction is not there, or failed.
 */
export async function readAuthorizedTransfers(
  client: ChainClient,
  token: Address,
  hash: Hex,
): Promise<AuthorizedTransfer[]> {
  const receipt = await client.getTransactionReceipt({ hash }).catch((error: unknown) => {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  });
  const ofToken = receipt?.logs.filter((log) => isAddressEqual(log.address, token)) ?? [];
  const events = parseEventLogs({ abi: tokenEvents, logs: ofToken })
    .filter(({ eventName }) => eventName !== "AuthorizationCanceled")
    .sort((a, b) => a.logIndex - b.logIndex);
  return events.flatMap((use, index) => {
    const next = events[index + 1];
    if (use.eventName !== "AuthorizationUsed" || next?.eventName !== "Transfer") return [];
    const { authorizer: from, nonce } = use.args;
    return isAddressEqual(next.args.from, from) ? [{ logIndex: next.logIndex, from, nonce }] : [];
  });
}
