import { eip3009ABI } from "@x402/evm";
import {
  decodeFunctionData,
  encodeEventTopics,
  type Hex,
  keccak256,
  numberToHex,
  parseTransaction,
  type TransactionSerialized,
} from "viem";
import type { RpcBehaviour, RpcCall } from "@/e2e/campaigns/proxies";
import type { Random } from "@/e2e/campaigns/random";
import { tokenEvents } from "@/lib/chain/receipt";
import { anvilClient } from "@/lib/localnet/anvil";
import type { Counts } from "./faulty";

/** How often it lies where it has a lie to tell. */
const LIES = 0.5;

type Lie = (call: RpcCall, truth: unknown) => Promise<unknown>;
type Fields = Record<string, unknown>;

/** What it says instead of an answer; null where there is none to change. */
const changed =
  (change: (truth: Fields) => Fields): Lie =>
  async (_, truth) =>
    truth === null ? null : { ...(truth as Fields), ...change(truth as Fields) };

const more =
  (blocks: bigint): Lie =>
  async (_, truth) =>
    numberToHex(BigInt(String(truth)) + blocks);

/** A node that says what is not so: receipts that are invented, kept back or empty, logs that are gone, another chain. */
export function liar(random: Random, counts: Counts, rpcUrl: string): RpcBehaviour {
  const chain = anvilClient(rpcUrl);
  const taken = new Map<Hex, Hex>();
  const invent: Lie = async ({ params }, truth) => {
    const [hash] = params as [Hex];
    const raw = taken.get(hash);
    return truth === null && raw ? inventReceipt(raw, await chain.getBlock()) : truth;
  };
  const lies: Record<string, readonly [Lie, ...Lie[]]> = {
    eth_getTransactionReceipt: [
      async () => null,
      invent,
      changed(() => ({ logs: [] })),
      changed(() => ({ status: "0x0" })),
    ],
    eth_getLogs: [async () => []],
    eth_chainId: [async () => "0x1"],
    eth_call: [async (_, truth) => zeroed(String(truth))],
    eth_blockNumber: [more(10_000n)],
    eth_getTransactionCount: [more(3n), async () => "0x0"],
    eth_getBlockByNumber: [
      changed(() => ({ timestamp: numberToHex(2n ** 40n) })),
      changed(() => ({ hash: `0x${"0".repeat(64)}` })),
    ],
  };

  return async (call, forward) => {
    if (call.method === "eth_sendRawTransaction") {
      const [raw] = call.params as [Hex];
      taken.set(keccak256(raw), raw);
      // It says that it has it, and keeps it.
      if (random.chance(LIES)) return { jsonrpc: "2.0", id: call.id, result: keccak256(raw) };
    }
    const reply = await forward();
    const told = lies[call.method];
    if (!("result" in reply) || told === undefined || !random.chance(LIES)) return reply;
    counts.set("lie", (counts.get("lie") ?? 0) + 1);
    return { ...reply, result: await random.pick(told)(call, reply.result) };
  };
}

/** The same number of bytes, all zero: no balance, and nothing used. */
function zeroed(hex: string): string {
  return `0x${"0".repeat(Math.max(0, hex.length - 2))}`;
}

/** The receipt of a transfer that never happened, in a block that is real; null for what is no transfer. */
function inventReceipt(raw: Hex, head: { number: bigint | null; hash: Hex | null }): Fields | null {
  const { to, data = "0x" } = parseTransaction(raw as TransactionSerialized);
  const called = data === "0x" ? null : decodeFunctionData({ abi: eip3009ABI, data });
  if (called?.functionName !== "transferWithAuthorization") return null;
  const [from, payTo, value, , , nonce] = called.args;
  const transactionHash = keccak256(raw);
  const place = {
    blockNumber: numberToHex(head.number ?? 0n),
    blockHash: head.hash,
    transactionHash,
    transactionIndex: "0x0",
  };
  const [used, paid] = [
    encodeEventTopics({
      abi: tokenEvents,
      eventName: "AuthorizationUsed",
      args: { authorizer: from, nonce },
    }),
    encodeEventTopics({ abi: tokenEvents, eventName: "Transfer", args: { from, to: payTo } }),
  ];
  const log = { ...place, address: to, removed: false };
  return {
    ...place,
    ...{ from, to, status: "0x1", type: "0x2", contractAddress: null, logsBloom: `0x${"0".repeat(512)}` },
    ...{ gasUsed: "0x1", cumulativeGasUsed: "0x1", effectiveGasPrice: "0x1" },
    logs: [
      { ...log, topics: used, data: "0x", logIndex: "0x0" },
      { ...log, topics: paid, data: numberToHex(value, { size: 32 }), logIndex: "0x1" },
    ],
  };
}
