import { type Address, type Hex, isAddressEqual, parseEventLogs } from "viem";
import {
  type AuthorizedTransfer,
  ChainUnavailable,
  type FoundTransfer,
  type Transfer,
  type UsedAuthorization,
} from "./chain";
import { narrower, unlessRefused, WIDEST_RANGE } from "./log-range";
import { tokenEvents } from "./receipt";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";
import { receiptOf } from "./shared-reads";

/** Addresses asked for at once; RPCs limit them. */
const ADDRESSES = 500;

/** How often two RPCs are asked for the same receipt, beginning with another each time: of three, one may lie. */
const TRIES = 3;

/**
 * Reads every transfer of a token to any of these addresses, between two blocks, both included. Two RPCs search, where
 * there are two, and what either shows counts: some forget old logs, and some lie (faults D3).
 */
export async function readTransfers(
  rpc: Rpc,
  token: Address,
  to: readonly Address[],
  fromBlock: bigint,
  toBlock: bigint,
): Promise<FoundTransfer[]> {
  const ranges = await searchBoth(rpc, to, fromBlock, toBlock, (client, some, start, end) =>
    transfersWithin(client, token, some, start, end),
  );
  return ranges.flatMap(joined);
}

/** Reads which authorizations the payers of these transfers used in the blocks of them; what either RPC shows counts likewise. */
export async function readUsedBeside(
  rpc: Rpc,
  token: Address,
  transfers: readonly Transfer[],
): Promise<UsedAuthorization[]> {
  const payers = [...new Set(transfers.map(({ from }) => from))];
  const blocks = transfers.map(({ blockNumber }) => blockNumber).sort((a, b) => (a < b ? -1 : 1));
  const [first, last] = [blocks.at(0), blocks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const ranges = await searchBoth(rpc, payers, first, last, (client, some, start, end) =>
    usesWithin(client, token, some, start, end),
  );
  return ranges.flat(2);
}

/** What two RPCs find in logs of these addresses, by ranges of blocks as long as both search at once. */
async function searchBoth<T>(
  rpc: Rpc,
  addresses: readonly Address[],
  fromBlock: bigint,
  toBlock: bigint,
  within: (client: ChainClient, some: Address[], start: bigint, end: bigint) => Promise<T[]>,
): Promise<T[][][]> {
  const found: T[][][] = [];
  for (let at = 0; at < addresses.length; at += ADDRESSES) {
    const some = addresses.slice(at, at + ADDRESSES);
    let range = WIDEST_RANGE;
    for (let start = fromBlock; start <= toBlock; ) {
      const end = start + range - 1n < toBlock ? start + range - 1n : toBlock;
      const answers = await rpc.both((client) => unlessRefused(within(client, some, start, end)));
      const searched = answers.filter((answer) => answer !== "refused");
      if (searched.length === answers.length) {
        found.push(searched);
        start = end + 1n;
        continue;
      }
      const next = narrower(range);
      if (next === null) throw new ChainUnavailable("An RPC searches not even a few blocks for transfers");
      range = next;
    }
  }
  return found;
}

/** What was found by any, each once. */
function joined(answers: readonly (readonly Transfer[])[]): FoundTransfer[] {
  const known = answers.map(
    (transfers) => new Map(transfers.map((transfer) => [textOf(transfer), transfer])),
  );
  const all = new Map(known.flatMap((each) => [...each]));
  return [...all].map(([text, transfer]) => ({
    ...transfer,
    byAll: known.every((each) => each.has(text)),
  }));
}

/** All of a transfer, so that two are the same when their texts are. */
function textOf({ txHash, logIndex, blockNumber, blockHash, from, to, value }: Transfer): string {
  return [txHash, logIndex, blockNumber, blockHash, from, to, value].join().toLowerCase();
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

async function usesWithin(
  client: ChainClient,
  token: Address,
  authorizer: Address[],
  fromBlock: bigint,
  toBlock: bigint,
): Promise<UsedAuthorization[]> {
  const [event] = tokenEvents.filter((entry) => entry.name === "AuthorizationUsed");
  if (!event) return [];
  const filter = { address: token, event, args: { authorizer }, fromBlock, toBlock, strict: true } as const;
  const logs = await client.getLogs(filter);
  return logs.map(({ args, transactionHash }) => {
    return { txHash: transactionHash, from: args.authorizer, nonce: args.nonce };
  });
}

/**
 * Reads which transfers of a token in a transaction were made by EIP-3009 authorizations: of each AuthorizationUsed it is
 * the token's next log. None when the transaction is not there, or failed; null when two RPCs do not agree.
 */
export async function readAuthorizedTransfers(
  rpc: Rpc,
  token: Address,
  hash: Hex,
): Promise<AuthorizedTransfer[] | null> {
  const textOfAll = (transfers: readonly AuthorizedTransfer[]) =>
    transfers.map((transfer) => `${textOf(transfer)} ${transfer.nonce}`).join();
  for (let tries = 0; tries < TRIES; tries++) {
    const { answer, second } = await rpc.askTwo(
      (client) => authorizedTransfersIn(client, token, hash),
      () => true,
      (one, other) => textOfAll(one) === textOfAll(other),
    );
    if (second === "agrees" || second === "none") return answer;
  }
  return null;
}

async function authorizedTransfersIn(
  client: ChainClient,
  token: Address,
  hash: Hex,
): Promise<AuthorizedTransfer[]> {
  const receipt = await receiptOf(client, hash);
  if (receipt?.status !== "success") return [];
  const { blockNumber, blockHash } = receipt;
  const ofToken = receipt.logs.filter((log) => isAddressEqual(log.address, token));
  const events = parseEventLogs({ abi: tokenEvents, logs: ofToken })
    .filter(({ eventName }) => eventName !== "AuthorizationCanceled")
    .sort((a, b) => a.logIndex - b.logIndex);
  return events.flatMap((use, index) => {
    const next = events[index + 1];
    if (use.eventName !== "AuthorizationUsed" || next?.eventName !== "Transfer") return [];
    const { authorizer, nonce } = use.args;
    if (!isAddressEqual(next.args.from, authorizer)) return [];
    return [{ txHash: hash, logIndex: next.logIndex, blockNumber, blockHash, ...next.args, nonce }];
  });
}
