import { encodeEventTopics, type Hex, LimitExceededRpcError, numberToHex } from "viem";
import type { AuthorizationKey } from "./chain";
import { tokenEvents } from "./receipt";
import type { Rpc } from "./rpc";
import { type ChainClient, isReply } from "./rpc-node";

/** Blocks in the first range searched; RPCs limit it, from 10 to 10,000. */
const RANGE_BLOCKS = 2_000n;
const LEAST_RANGE_BLOCKS = 10n;
/** Ranges searched before giving up for now. */
const MAX_RANGES = 100;

/** The transaction in which an authorization's nonce was used or cancelled. */
export interface NonceUse {
  kind: "used" | "cancelled";
  txHash: Hex;
}

/**
 * Searches a token's logs backwards from the head for what used a nonce; null when it is not found far enough back. A
 * range in which one RPC finds nothing is searched by another too: some forget old logs, and some lie.
 */
export async function findNonceUse(rpc: Rpc, key: AuthorizationKey): Promise<NonceUse | null> {
  let range = RANGE_BLOCKS;
  let to = await rpc.ask((client) => client.getBlockNumber({ cacheTime: 0 }));
  for (let searched = 0; searched < MAX_RANGES && to >= 0n; ) {
    const from = to >= range ? to - range + 1n : 0n;
    const found = await rpc.ask((client) => usesWithin(client, key, from, to), {
      doubts: (use) => use === null,
      inTurn: true,
    });
    if (found === "refused") {
      if (range === LEAST_RANGE_BLOCKS) return null;
      range = range / 10n > LEAST_RANGE_BLOCKS ? range / 10n : LEAST_RANGE_BLOCKS;
      continue;
    }
    if (found !== null) return found;
    to = from - 1n;
    searched++;
  }
  return null;
}

/** What used the nonce within a range, or null; `refused` most likely because it is wider than this RPC searches. */
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
  const logs = await client
    .request({ method: "eth_getLogs", params: [filter] })
    .catch((error: unknown): "refused" => {
      if (isReply(error) || error instanceof LimitExceededRpcError) return "refused";
      throw error;
    });
  if (logs === "refused") return logs;
  const log = logs.find(({ topics }) => topics[1] === authorizer && topics[2] === nonce.toLowerCase());
  if (!log?.transactionHash) return null;
  return { kind: log.topics[0] === used ? "used" : "cancelled", txHash: log.transactionHash };
}
