import { eip3009ABI } from "@x402/evm";
import {
  type Address,
  decodeFunctionData,
  encodeEventTopics,
  type Hex,
  keccak256,
  numberToHex,
  parseAbi,
  parseTransaction,
  type TransactionSerialized,
} from "viem";
import type { RpcBehaviour, RpcCall } from "@/e2e/campaigns/proxies";
import type { Random } from "@/e2e/campaigns/random";
import { tokenEvents } from "@/lib/chain/receipt";
import { anvilClient } from "@/lib/localnet/anvil";
import type { Counts } from "./faulty";

/** Less than two RPCs may differ by in time without one of them being behind. */
const AHEAD_SECONDS = 25n;
const MUCH = 10n ** 18n;

const AGGREGATE = parseAbi([
  "function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable returns ((bool, bytes)[])",
]);
const AGGREGATE3 = "0x82ad56cb";

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

/**
 * A node that says what is not so, where it has a lie to tell and `often` says how often: receipts that are invented, kept
 * back or empty, logs that are gone, gas for nothing or a fortune, a head that is final at once or ahead, another chain.
 */
export function liar(random: Random, counts: Counts, rpcUrl: string, often: () => number): RpcBehaviour {
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
    eth_maxPriorityFeePerGas: [async () => "0x1", async () => numberToHex(MUCH)],
    eth_getBlockByNumber: [
      changed(() => ({ timestamp: numberToHex(2n ** 40n) })),
      changed(({ timestamp }) => ({ timestamp: numberToHex(BigInt(String(timestamp)) + AHEAD_SECONDS) })),
      changed(() => ({ hash: `0x${"0".repeat(64)}` })),
      changed(() => ({ baseFeePerGas: "0x1" })),
      changed(() => ({ baseFeePerGas: numberToHex(MUCH) })),
      // Everything is final.
      async () =>
        chain.request<{ Method: "eth_getBlockByNumber"; Parameters: [string, boolean]; ReturnType: unknown }>(
          {
            method: "eth_getBlockByNumber",
            params: ["latest", false],
          },
        ),
    ],
  };

  return async (call, forward) => {
    if (call.method === "eth_sendRawTransaction") {
      const [raw] = call.params as [Hex];
      taken.set(keccak256(raw), raw);
      // It says that it has it, and keeps it.
      if (random.chance(often())) return { jsonrpc: "2.0", id: call.id, result: keccak256(raw) };
    }
    const reply = await forward();
    const told = lies[call.method];
    if (!("result" in reply) || told === undefined || !random.chance(often())) return reply;
    counts.set("lie", (counts.get("lie") ?? 0) + 1);
    return { ...reply, result: await random.pick(told)(call, reply.result) };
  };
}

/** The same number of bytes, all zero: no balance, and nothing used. */
function zeroed(hex: string): string {
  return `0x${"0".repeat(Math.max(0, hex.length - 2))}`;
}

interface Call {
  target: Address;
  callData: Hex;
}

/** The token's calls a transaction makes: itself, or many through Multicall3; none when it moves nothing. */
function callsIn(raw: Hex): readonly Call[] {
  const { to, data } = parseTransaction(raw as TransactionSerialized);
  if (!to || data === undefined) return [];
  if (!data.startsWith(AGGREGATE3)) return [{ target: to, callData: data }];
  const { args } = decodeFunctionData({ abi: AGGREGATE, data });
  return args[0];
}

/** The receipt of transfers that never happened, in a block that is real; null for what makes none. */
function inventReceipt(raw: Hex, head: { number: bigint | null; hash: Hex | null }): Fields | null {
  const transactionHash = keccak256(raw);
  const place = {
    blockNumber: numberToHex(head.number ?? 0n),
    blockHash: head.hash,
    transactionHash,
    transactionIndex: "0x0",
  };
  const events = callsIn(raw).flatMap(({ target, callData }) => {
    const called = decodeFunctionData({ abi: eip3009ABI, data: callData });
    if (called.functionName !== "transferWithAuthorization") return [];
    const [from, to, value, , , nonce] = called.args;
    const used = { eventName: "AuthorizationUsed", args: { authorizer: from, nonce } } as const;
    const paid = { eventName: "Transfer", args: { from, to } } as const;
    const log = { ...place, address: target, removed: false };
    return [
      { ...log, topics: encodeEventTopics({ abi: tokenEvents, ...used }), data: "0x" },
      {
        ...log,
        topics: encodeEventTopics({ abi: tokenEvents, ...paid }),
        data: numberToHex(value, { size: 32 }),
      },
    ];
  });
  const [first] = events;
  if (first === undefined) return null;
  return {
    ...place,
    ...{ from: first.address, to: first.address, status: "0x1", type: "0x2", contractAddress: null },
    ...{ gasUsed: "0x1", cumulativeGasUsed: "0x1", effectiveGasPrice: "0x1" },
    logsBloom: `0x${"0".repeat(512)}`,
    logs: events.map((log, index) => ({ ...log, logIndex: numberToHex(index) })),
  };
}
