import { setTimeout as sleep } from "node:timers/promises";
import type { RpcBehaviour, RpcReply } from "@/e2e/campaigns/proxies";
import type { Random } from "@/e2e/campaigns/random";

/** How often something else than the answer comes of a call. */
const FAULTY = 0.2;
/** How much older than the newest a stale answer is. */
const STALE_MS = 4_000;
const SLOWEST_MS = 2_500;

type Fault = "error" | "reset" | "hang" | "slow" | "twice" | "stale";

const FAULTS: readonly [Fault, ...Fault[]] = ["error", "error", "reset", "hang", "slow", "twice", "stale"];

/** Counts what was done to calls. */
export type Counts = Map<string, number>;

/** A node that is honest and ill: it fails, is silent or slow, does things twice, and forgets what is new. */
export function faulty(random: Random, counts: Counts): RpcBehaviour {
  const remembered = new Map<string, { at: number; reply: RpcReply }>();
  return async (call, forward) => {
    const question = `${call.method} ${JSON.stringify(call.params)}`;
    const fault = random.chance(FAULTY) ? random.pick(FAULTS) : null;
    counts.set(fault ?? "answered", (counts.get(fault ?? "answered") ?? 0) + 1);
    if (fault === "reset" || fault === "hang") return fault;
    if (fault === "error") {
      // Some nodes take what they then fail over.
      if (random.chance(0.5)) await forward();
      return { jsonrpc: "2.0", id: call.id, error: { code: -32_000, message: "the node is ill" } };
    }
    if (fault === "slow") await sleep(random.below(SLOWEST_MS));
    if (fault === "twice") await forward();
    const old = remembered.get(question);
    if (fault === "stale" && old) return { ...old.reply, id: call.id };
    const reply = await forward();
    if (!old || Date.now() - old.at > STALE_MS) remembered.set(question, { at: Date.now(), reply });
    return reply;
  };
}
