import { type Hex, keccak256, walletActions } from "viem";
import { openRpcProxy, type RpcCall, type RpcProxy } from "@/e2e/campaigns/proxies";
import { anvilClient } from "@/lib/localnet/anvil";

/** What lies between one lane's replicas and the chain: transactions wait here for as long as the campaign wants. */
export interface Mempool {
  /** An RPC for one replica. */
  open(): Promise<RpcProxy>;
  /** From now on transactions are taken and not mined. */
  hold(): void;
  /** Mines what waits, and from now on everything at once. */
  mine(): Promise<void>;
  /** Forgets what waits, as nodes do. */
  drop(): void;
  /** Whether the chain says what becomes of transfers that are about to be sent. */
  quote(known: boolean): void;
  /** Whether anything was forgotten since this was asked last. */
  takeDropped(): boolean;
  /** Resolves when the chain has answered what it was asked until now, by the dead too. */
  quiet(): Promise<void>;
  /** Resolves when the next transaction was taken and held. */
  nextHeld(): Promise<void>;
}

const SELECTORS = { transferWithAuthorization: "e3ee160e", balanceOf: "70a08231" };

/** Whether a call tries transfers to send them; before that, one is tried beside a look at what its payer holds. */
function isQuote({ method, params }: RpcCall): boolean {
  const text = method === "eth_call" ? JSON.stringify(params) : "";
  return text.includes(SELECTORS.transferWithAuthorization) && !text.includes(SELECTORS.balanceOf);
}

/** Opens an empty mempool in front of a chain that mines at once. */
export function openMempool(rpcUrl: string): Mempool {
  const chain = anvilClient(rpcUrl).extend(walletActions);
  const waiting = new Map<Hex, Hex>();
  const asked = new Set<Promise<unknown>>();
  let holding = false;
  let quoting = true;
  let dropped = false;
  let listeners: (() => void)[] = [];

  function take(raw: Hex): Hex {
    const hash = keccak256(raw);
    waiting.set(hash, raw);
    for (const hear of listeners.splice(0)) hear();
    return hash;
  }

  return {
    async open() {
      const proxy = await openRpcProxy(rpcUrl, "model");
      proxy.behave(async (call, forward) => {
        if (!quoting && isQuote(call)) {
          return { jsonrpc: "2.0", id: call.id, error: { code: -32_005, message: "limit exceeded" } };
        }
        if (!holding || call.method !== "eth_sendRawTransaction") {
          const answer = forward();
          asked.add(answer);
          return answer.finally(() => asked.delete(answer));
        }
        const [raw] = call.params as [Hex];
        return { jsonrpc: "2.0", id: call.id, result: take(raw) };
      });
      return proxy;
    },
    hold() {
      holding = true;
    },
    async mine() {
      holding = false;
      for (const [hash, raw] of waiting) {
        waiting.delete(hash);
        // Another one of its account nonce may have been mined before it.
        await chain.sendRawTransaction({ serializedTransaction: raw }).catch(() => {});
      }
    },
    drop() {
      dropped ||= waiting.size > 0;
      waiting.clear();
    },
    quote(known) {
      quoting = known;
    },
    takeDropped() {
      const was = dropped;
      dropped = false;
      return was;
    },
    async quiet() {
      await Promise.allSettled(asked);
    },
    nextHeld() {
      return new Promise((resolve) => {
        listeners = [...listeners, resolve];
      });
    },
  };
}
