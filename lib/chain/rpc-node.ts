import {
  createPublicClient,
  custom,
  type EIP1193RequestFn,
  type PublicClient,
  type Transport,
  type Chain as ViemChain,
} from "viem";
import type { Network, RpcHealth } from "./chain";
import { openJsonRpc } from "./json-rpc";
import { viemChainOf } from "./networks";
import { isReply, wordsFor } from "./rpc-error";

/** After this many failures in a row an RPC is asked nothing but its head, until it answers that. */
const FAILURES_IN_A_ROW = 5;
/** How long an RPC is believed to still answer for the chain it answered for. */
const CHAIN_CHECK_MS = 3_600_000;

/** A client of one RPC, for the functions that read the chain. */
export type ChainClient = PublicClient<Transport, ViemChain>;

/** An RPC that answers for another chain than it was configured for, so that nothing it says may be believed. */
export class WrongChain extends Error {
  override name = "WrongChain";
  constructor(network: Network, answered: number) {
    super(`An RPC of ${network.name} answers for chain ${answered} instead of ${network.chainId}`);
  }
}

/** One RPC of a network, and how it did lately. */
export class RpcNode {
  readonly client: ChainClient;
  readonly #network: Network;
  readonly #host: string;
  #failures = 0;
  #believedUntil = Number.NEGATIVE_INFINITY;
  #isOfWrongChain = false;
  #isBehind = false;
  #latencyMs: number | null = null;
  #lastFailure: RpcHealth["lastFailure"] = null;
  #head: RpcHealth["head"] = null;

  constructor(network: Network, url: string, timeoutMs: number) {
    this.#network = network;
    this.#host = new URL(url).host;
    const open = custom({ request: openJsonRpc(url, timeoutMs) }, { retryCount: 0 });
    const transport: Transport = (options) => {
      const opened = open(options);
      return { ...opened, request: this.#watched(opened.request) };
    };
    this.client = createPublicClient({ chain: viemChainOf(network), transport });
  }

  /** Whether it may decide anything: it answers, for our chain, and its head is not behind the others'. */
  get isUsable(): boolean {
    return this.isReachable && !this.#isBehind;
  }

  /** Whether it answers, for our chain; its head may be behind the others'. */
  get isReachable(): boolean {
    return !this.isDown && !this.#isOfWrongChain;
  }

  /** Whether it failed too often in a row to be asked anything but its head. */
  get isDown(): boolean {
    return this.#failures >= FAILURES_IN_A_ROW;
  }

  /** Asks for its chain, at most once an hour, so that a swapped RPC is noticed; throws WrongChain. */
  async checkChain(): Promise<void> {
    if (performance.now() < this.#believedUntil) return;
    const answered = await this.client.getChainId();
    this.#isOfWrongChain = answered !== this.#network.chainId;
    if (this.#isOfWrongChain) {
      this.#lastFailure = { at: new Date(), what: `answered for chain ${answered}` };
      throw new WrongChain(this.#network, answered);
    }
    this.#believedUntil = performance.now() + CHAIN_CHECK_MS;
  }

  /** Reads its head, which also ends its being down or of another chain; null when it cannot be read. */
  async readHead(): Promise<RpcHealth["head"]> {
    this.#head = await this.checkChain()
      .then(() => this.client.getBlock())
      .then(headOf)
      .catch(() => null);
    return this.#head;
  }

  /** Judges its head by those that the others read at the same time. */
  noteBehind(isBehind: boolean): void {
    this.#isBehind = isBehind;
  }

  health(): RpcHealth {
    return {
      host: this.#host,
      state: this.#state(),
      latencyMs: this.#latencyMs,
      lastFailure: this.#lastFailure,
      head: this.#head,
    };
  }

  #state(): RpcHealth["state"] {
    if (this.#isOfWrongChain) return "wrong_chain";
    if (this.isDown) return "down";
    if (this.#isBehind) return "behind";
    return this.#latencyMs === null ? "unknown" : "well";
  }

  /** Times requests and counts failures in a row. */
  #watched(request: EIP1193RequestFn): EIP1193RequestFn {
    const watched = async (...args: Parameters<typeof request>) => {
      const began = performance.now();
      try {
        const result = await request(...args);
        this.#noteAnswer(began);
        return result;
      } catch (error) {
        if (isReply(error)) this.#noteAnswer(began);
        else this.#noteFailure(error);
        throw error;
      }
    };
    return watched as EIP1193RequestFn;
  }

  #noteAnswer(began: number): void {
    this.#failures = 0;
    this.#latencyMs = Math.round(performance.now() - began);
  }

  #noteFailure(error: unknown): void {
    this.#failures += 1;
    this.#lastFailure = { at: new Date(), what: wordsFor(error) };
  }
}

/** What viem made of a block; of a reply that is none, it makes a block without numbers. */
function headOf({ number, timestamp }: { number: unknown; timestamp: unknown }): RpcHealth["head"] {
  if (typeof number !== "bigint" || typeof timestamp !== "bigint") return null;
  return { number, time: new Date(Number(timestamp) * 1000) };
}
