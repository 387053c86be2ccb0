import { type Address, type Hex, isAddressEqual, parseEventLogs } from "viem";
import { tokenEvents } from "./receipt";
import type { ChainClient } from "./rpc";

/** Blocks asked for at once; RPCs limit it. */
const RANGE_BLOCKS = 2_000n;

/** One Transfer log of a token. */
export interface Transfer {
  txHash: Hex;
  /** Index of the log in its block. */
  logIndex: number;
  blockNumber: bigint;
  blockHash: Hex;
  from: Address;
  to: Address;
  value: bigint;
}

/** Reads every transfer of a token to any of these addresses, between two blocks, both included. */
export async function readTransfers(
  client: ChainClient,
  token: Address,
  to: Address[],
  fromBlock: bigint,
  toBlock: bigint,
): Promise<Transfer[]> {
  const [event] = tokenEvents.filter((entry) => entry.name === "Transfer");
  if (!event || to.length === 0) return [];
  const found: Transfer[] = [];
  for (let start = fromBlock; start <= toBlock; start += RANGE_BLOCKS) {
    const end = start + RANGE_BLOCKS - 1n < toBlock ? start + RANGE_BLOCKS - 1n : toBlock;
    const logs = await client.getLogs({
      address: token,
      event,
      args: { to },
      fromBlock: start,
      toBlock: end,
      strict: true,
    });
    for (const { args, transactionHash: txHash, logIndex, blockNumber, blockHash } of logs) {
      found.push({
        txHash,
        logIndex,
        blockNumber,
        blockHash,
        from: args.from,
        to: args.to,
        value: args.value,
      });
    }
  }
  return found;
}

/** Reads which EIP-3009 authorizations of a token a transaction used, as payer and nonce. */
export async function readAuthorizationsUsed(client: ChainClient, token: Address, hash: Hex) {
  const receipt = await client.getTransactionReceipt({ hash });
  const logs = parseEventLogs({ abi: tokenEvents, eventName: "AuthorizationUsed", logs: receipt.logs });
  return logs
    .filter((log) => isAddressEqual(log.address, token))
    .map(({ args }) => ({ payer: args.authorizer, nonce: args.nonce }));
}
