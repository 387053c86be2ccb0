import { encodeEventTopics, type Hex, numberToHex } from "viem";
import type { AuthorizationKey } from "./chain";
import { tokenEvents } from "./receipt";
import type { ChainClient } from "./rpc";

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

/** Searches a token's logs backwards from the head for what used a nonce; null when it is not found far enough back. */
export async function findNonceUse(client: ChainClient, key: AuthorizationKey): Promise<NonceUse | null> {
  let range = RANGE_BLOCKS;
  let to = await client.getBlockNumber({ cacheTime: 0 });
  for (let searched = 0; searched < MAX_RANGES && to >= 0n; ) {
    const from = to >= range ? to - range + 1n : 0n;
    try {
      const found = await usesWithin(client, key, from, to);
      if (found) return found;
      to = from - 1n;
      searched++;
    } catch (error) {
      // Most likely more blocks than this RPC answers for at once.
      if (range <= LEAST_RANGE_BLOCKS) throw error;
      range = range / 10n > LEAST_RANGE_BLOCKS ? range / 10n : LEAST_RANGE_BLOCKS;
    }
  }
  return null;
}

async function usesWithin(
  client: ChainClient,
  { asset, from: payer, nonce }: AuthorizationKey,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<NonceUse | null> {
  const topicsOf = (eventName: "AuthorizationUsed" | "AuthorizationCanceled") =>
    encodeEventTopics({ abi: tokenEvents, eventName, args: { authorizer: payer, nonce } });
  const [used, authorizer] = topicsOf("AuthorizationUsed");
  const [cancelled] = topicsOf("AuthorizationCanceled");
  const logs = await client.request({
    method: "eth_getLogs",
    params: [
      {
        address: asset,
        topics: [[used, cancelled], authorizer ?? null, nonce],
        fromBlock: numberToHex(fromBlock),
        toBlock: numberToHex(toBlock),
      },
    ],
  });
  const log = logs.find(({ topics }) => topics[1] === authorizer && topics[2] === nonce.toLowerCase());
  if (!log?.transactionHash) return null;
  return { kind: log.topics[0] === used ? "used" : "cancelled", txHash: log.transactionHash };
}
