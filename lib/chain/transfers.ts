import {
  type Address,
  type Hex,
  isAddressEqual,
  parseEventLogs,
  TransactionReceiptNotFoundError,
} from "viem";
import { type AuthorizedTransfer, ChainUnavailable, type Transfer } from "./chain";
import { narrower, unlessRefused, WIDEST_RANGE } from "./log-range";
import { tokenEvents } from "./receipt";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";

/** Addresses asked for at once; RPCs limit them. */
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
    let range = WIDEST_RANGE;
    for (let start = fromBlock; start <= toBlock; ) {
      const end = start + range - 1n < toBlock ? start + range - 1n : toBlock;
      const logs = await rpc.ask(
        (client) => unlessRefused(transfersWithin(client, token, some, start, end)),
        {
          doubts: (told) => told === "refused",
        },
      );
      if (logs !== "refused") {
        found.push(...logs);
        start = end + 1n;
        continue;
      }
      const next = narrower(range);
      if (next === null) throw new ChainUnavailable("No RPC searches even a few blocks for transfers");
      range = next;
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
