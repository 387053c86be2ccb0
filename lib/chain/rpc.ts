import {
  BaseError,
  createPublicClient,
  http,
  type PublicClient,
  type Transport,
  type Chain as ViemChain,
} from "viem";
import type { Log } from "@/lib/log";
import { ChainUnavailable, type Network } from "./chain";
import { viemChainOf } from "./networks";

/** How long all RPCs of a network together may take over one call. */
const CALL_DEADLINE_MS = 3_000;
/** How long an RPC is believed to still answer for the chain it answered for. */
const CHAIN_CHECK_MS = 3_600_000;

/** A client of one RPC, for the functions that read the chain. */
export type ChainClient = PublicClient<Transport, ViemChain>;

/** The RPCs of one network. */
export interface Rpc {
  /** Puts a question to one RPC after the other until one answers it whole; throws ChainUnavailable when none does. */
  ask<T>(question: (client: ChainClient) => Promise<T>): Promise<T>;
  /** Tells all RPCs at once, and waits for all of them; throws ChainUnavailable when none took it. */
  tell(message: (client: ChainClient) => Promise<unknown>): Promise<void>;
  /** Which RPC answers for another chain, and whether any answers at all, as sentences; none when all is well. */
  faults(): Promise<string[]>;
}

/** An RPC that answers for another chain than it was configured for, so that nothing it says may be believed. */
class WrongChain extends Error {
  override name = "WrongChain";
  constructor(
    readonly network: Network,
    readonly answered: number,
  ) {
    super(`An RPC of ${network.name} answers for chain ${answered} instead of ${network.chainId}`);
  }
}

/** What went wrong, without the request body that viem's messages carry. */
function brief(error: unknown): unknown {
  return error instanceof BaseError ? new Error(`${error.shortMessage} ${error.details}`) : error;
}

interface Node {
  client: ChainClient;
  /** Throws WrongChain; asks at most once an hour, so that a lost or swapped RPC is noticed. */
  checkChain(): Promise<void>;
}

function openNode(network: Network, url: string, timeoutMs: number): Node {
  const chain = viemChainOf(network);
  const client = createPublicClient({ chain, transport: http(url, { timeout: timeoutMs, retryCount: 0 }) });
  let believedUntil = 0;
  return {
    client,
    async checkChain() {
      if (performance.now() < believedUntil) return;
      const answered = await client.getChainId();
      if (answered !== network.chainId) throw new WrongChain(network, answered);
      believedUntil = performance.now() + CHAIN_CHECK_MS;
    },
  };
}

/** Opens the RPCs of a network, in order of preference; nothing is sent before the first question. */
export function openRpc(network: Network, urls: readonly string[], log: Log): Rpc {
  const nodes = urls.map((url) => openNode(network, url, Math.ceil(CALL_DEADLINE_MS / urls.length)));

  async function put<T>(node: Node, question: (client: ChainClient) => Promise<T>): Promise<T> {
    await node.checkChain();
    return question(node.client);
  }
  function warn(node: Node, error: unknown): void {
    log.warn("rpc_failed", { network: network.id, rpc: nodes.indexOf(node), error: brief(error) });
  }

  return {
    async ask(question) {
      for (const node of nodes) {
        try {
          return await put(node, question);
        } catch (error) {
          warn(node, error);
        }
      }
      // Without the cause: it names the URL, and URLs carry keys.
      throw new ChainUnavailable(`No RPC of ${network.name} answered`);
    },

    async tell(message) {
      const outcomes = await Promise.allSettled(nodes.map((node) => put(node, message)));
      for (const [index, outcome] of outcomes.entries()) {
        const node = nodes[index];
        if (node && outcome.status === "rejected") warn(node, outcome.reason);
      }
      if (outcomes.every(({ status }) => status === "rejected")) {
        throw new ChainUnavailable(`No RPC of ${network.name} took it`);
      }
    },

    async faults() {
      const outcomes = await Promise.allSettled(nodes.map((node) => node.checkChain()));
      const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      const wrong = reasons
        .filter((reason) => reason instanceof WrongChain)
        .map(({ message }) => `${message}.`);
      if (wrong.length > 0 || reasons.length < nodes.length) return wrong;
      return [`No RPC of ${network.name} answers.`];
    },
  };
}
