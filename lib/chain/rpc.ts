import { BaseError } from "viem";
import type { Log } from "@/lib/log";
import { ChainUnavailable, type Network, type RpcHealth } from "./chain";
import { gathered, hedged } from "./hedge";
import { wordsFor } from "./rpc-error";
import { type ChainClient, RpcNode, WrongChain } from "./rpc-node";
import { watchRpcs } from "./rpc-watch";

/** How long the RPCs of a network together may take over one question, and when the next is asked beside a silent one. */
const PATIENCE = { hedgeMs: 1_000, deadlineMs: 3_000 };

/** What a second RPC says of an answer: the same, something else, nothing this time; all others are down, or there are none. */
export type SecondOpinion = "agrees" | "differs" | "silent" | "down" | "none";

/** How a question is put. */
export interface AskOptions<T> {
  /** An answer of which this is true counts only when no other RPC gives a better one. */
  doubts?: (answer: T) => boolean;
  /** Begins with another RPC each time, so that one that keeps something back cannot always do so. */
  inTurn?: boolean;
}

/** The RPCs of one network. Those that are down, behind the others, or of another chain are asked nothing. */
export interface Rpc {
  /**
   * Puts a question to an RPC, and to the next when it fails or is silent for a second; throws ChainUnavailable when
   * none answers within three.
   */
  ask<T>(question: (client: ChainClient) => Promise<T>, options?: AskOptions<T>): Promise<T>;
  /** Asks in turn; an answer that `matters` is put to the others until one gives the `same`. */
  askTwo<T>(
    question: (client: ChainClient) => Promise<T>,
    matters: (answer: T) => boolean,
    same: (one: T, other: T) => boolean,
  ): Promise<{ answer: T; second: SecondOpinion }>;
  /**
   * What two RPCs answer, where a network has two; begins with another each time. Throws ChainUnavailable when there is no
   * second answer.
   */
  both<T>(question: (client: ChainClient) => Promise<T>): Promise<readonly [T, ...T[]]>;
  /**
   * Asks all at once, and answers with what they said within a second, or with the first answer after it: for what the
   * liar among them must not decide, and the silent one must not hold up. Throws ChainUnavailable when none answers.
   */
  askAll<T>(question: (client: ChainClient) => Promise<T>): Promise<readonly [T, ...T[]]>;
  /** Tells all RPCs at once, and resolves when one took it; throws ChainUnavailable when none did. */
  tell(message: (client: ChainClient) => Promise<unknown>): Promise<void>;
  /** Which RPC answers for another chain, and whether any answers at all, as sentences; none when all is well. */
  faults(): Promise<string[]>;
  /** How each RPC does, in the order of the configuration; looks at their heads first unless that was just done. */
  health(): Promise<RpcHealth[]>;
}

/** What went wrong, without the words of RPCs, which may hold our key: libraries repeat them in errors of these kinds. */
function brief(error: unknown): unknown {
  const isOthers = error instanceof BaseError || error instanceof SyntaxError;
  return isOthers ? new Error(`The RPC ${wordsFor(error)}`) : error;
}

/** Opens the RPCs of a network, in order of preference; nothing is sent before the first question. */
export function openRpc(network: Network, urls: readonly string[], log: Log): Rpc {
  const nodes = urls.map((url) => new RpcNode(network, url, PATIENCE.deadlineMs));
  const watch = watchRpcs(nodes);
  let turn = 0;

  async function nextOrder(): Promise<RpcNode[]> {
    const usable = await watch.usable();
    const order = [...usable.slice(turn), ...usable.slice(0, turn)];
    turn = (turn + 1) % nodes.length;
    return order;
  }

  /** Whom to ask for a second opinion: also those behind, as whoever boasts of a head makes every other one so (faults D3). */
  function othersThan(node: RpcNode, order: readonly RpcNode[]): RpcNode[] {
    const others = new Set([...order, ...nodes.filter((other) => other.isReachable)]);
    others.delete(node);
    return [...others];
  }

  async function put<T>(node: RpcNode, question: (client: ChainClient) => Promise<T>): Promise<T> {
    try {
      await node.checkChain();
      return await question(node.client);
    } catch (error) {
      log.warn("rpc_failed", { network: network.id, rpc: nodes.indexOf(node), error: brief(error) });
      throw error;
    }
  }

  // Without the cause: it names the URL, and URLs carry keys.
  const unavailable = () => new ChainUnavailable(`No RPC of ${network.name} answered`);

  async function firstOf<T>(order: readonly RpcNode[], question: (client: ChainClient) => Promise<T>) {
    const attempts = order.map((node) => async () => ({ node, answer: await put(node, question) }));
    if (attempts.length === 0) throw unavailable();
    return hedged(attempts, PATIENCE).catch(() => {
      throw unavailable();
    });
  }

  return {
    async ask(question, { doubts, inTurn = false } = {}) {
      const order = inTurn ? await nextOrder() : await watch.usable();
      const { node, answer } = await firstOf(order, question);
      const others = order.filter((other) => other !== node);
      if (!doubts?.(answer) || others.length === 0) return answer;
      const other = await firstOf(others, question).catch(() => null);
      return other === null || doubts(other.answer) ? answer : other.answer;
    },

    async askTwo(question, matters, same) {
      const order = await nextOrder();
      const { node, answer } = await firstOf(order, question);
      if (!matters(answer) || nodes.length === 1) return { answer, second: "none" };
      // One that is only behind is not down either.
      const areDown = nodes.every((other) => other === node || other.isDown);
      let second: SecondOpinion = areDown ? "down" : "silent";
      for (const other of othersThan(node, order)) {
        const opinion = await firstOf([other], question).catch(() => null);
        if (opinion === null) continue;
        if (same(answer, opinion.answer)) return { answer, second: "agrees" };
        second = "differs";
      }
      return { answer, second };
    },

    async both(question) {
      const order = await nextOrder();
      const { node, answer } = await firstOf(order, question);
      if (nodes.length === 1) return [answer];
      const second = await firstOf(othersThan(node, order), question);
      return [answer, second.answer];
    },

    async askAll(question) {
      const attempts = (await watch.usable()).map((node) => () => put(node, question));
      return gathered(attempts, PATIENCE).catch(() => {
        throw unavailable();
      });
    },

    async tell(message) {
      const attempts = nodes.map((node) => put(node, message));
      await Promise.any(attempts).catch(() => {
        throw new ChainUnavailable(`No RPC of ${network.name} took it`);
      });
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

    async health() {
      await watch.look();
      return nodes.map((node) => node.health());
    },
  };
}
