import { encodeEventTopics, type Hex, numberToHex } from "viem";
import type { AuthorizationKey } from "./chain";
import { narrower, unlessRefused, WIDEST_RANGE } from "./log-range";
import { tokenEvents } from "./receipt";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";

/** Ranges searched before giving up for now. */
const MAX_RANGES = 100;

/** The transaction in which an authorization's nonce was used or cancelled. */
export interface NonceUse {
  kind: "used" | "cancelled";
  txHash: Hex;
}

/**
 * Searches a token's logs backwards from the head for what used a nonce; null when it is not found far enough back. A
 * range in which one RPC finds nothing is searched by another too: some forget old logs, and some lie. About the head, too:
 * so the search begins at the lowest that one names, and then at the others.
 */
export async function findNonceUse(rpc: Rpc, key: AuthorizationKey): Promise<NonceUse | null> {
  const heads = await rpc.askAll((client) => client.getBlockNumber({ cacheTime: 0 }));
  const lowestFirst = [...new Set(heads)].sort((a, b) => (a < b ? -1 : 1));
  for (const head of lowestFirst) {
    const found = await searchFrom(rpc, key, head);
    if (found !== null) return found;
  }
  return null;
}

async function searchFrom(rpc: Rpc, key: AuthorizationKey, head: bigint): Promise<NonceUse | null> {
  let range = WIDEST_RANGE;
  let to = head;
  for (let searched = 0; searched < MAX_RANGES && to >= 0n; ) {
    const from = to >= range ? to - range + 1n : 0n;
    const found = await rpc.ask((client) => usesWithin(client, key, from, to), {
      doubts: (use) => use === null || use === "refused",
      inTurn: true,
    });
    if (found === "refused") {
      const next = narrower(range);
      if (next === null) return null;
      range = next;
      continue;
    }
    if (found !== null) return found;
    to = from - 1n;
    searched++;
  }
  return null;
}

/** What used the nonce within a range, or null. */
async function usesWithin(
  client: ChainClient,
  { asset, from: payer, nonce }: AuthorizationKey,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<NonceUse | "refused" | null> {
  const topicsOf = (eventName: "AuthorizationUsed" | "AuthorizationCanceled") =>
    encodeEventTopics({ abi: tokenEvents, eventName, args: { authorizer: payer, nonce } });
  const [used, authorizer] = topicsOf("AuthorizationUsed");
  const [cancelled] = topicsOf("AuthorizationCanceled");
  const filter = {
    address: asset,
    topics: [[used, cancelled], authorizer ?? null, nonce],
    fromBlock: numberToHex(fromBlock),
    toBlock: numberToHex(toBlock),
  };
  const logs = await unlessRefused(client.request({ method: "eth_getLogs", params: [filter] }));
  if (logs === "refused") return logs;
  const log = logs.find(({ topics }) => topics[1] === authorizer && topics[2] === nonce.toLowerCase());
  if (!log?.transactionHash) return null;
  return { kind: log.topics[0] === used ? "used" : "cancelled", txHash: log.transactionHash };
}
