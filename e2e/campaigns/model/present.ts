import { setTimeout as sleep } from "node:timers/promises";
import type { Behaviour } from "./gate";
import { lookAround } from "./look-around";
import { PATIENCE_MS } from "./patience";
import { type Expected, expect, type Model } from "./state";
import type { Presentation, World } from "./world";

const RETRY_AFTER_MS = 500;
/** What a busy machine makes of any call: RPC, database, or whoever gives back a lease was too slow, for now. */
const LOAD =
  /^waits$|^503 (chain_unavailable|service_unavailable|settlement_pending)$|^409 payment_in_progress$/;

/** How a payment is presented once: which, at which endpoint, to which replica, before which upstream. */
export interface Presented {
  number: number;
  at: number;
  replica: number;
  upstream: Behaviour;
}

/**
 * Presents a payment, again while only load can be in the way, and says how what its caller was told differs from the
 * model; null when it does not.
 */
export async function presentAsModelled(
  model: Model,
  world: World,
  { number, at, replica, upstream }: Presented,
): Promise<string | null> {
  const payment = model.payments[number];
  if (!payment) throw new Error(`There is no payment ${number}`);
  const isAlone = world.underWay(number).length === 0 && !world.deadLeases.has(number);
  // A copy of what is under way may be told many things, which are judged at the end.
  const foresee = () => (isAlone ? expect(payment, at, model, upstream) : null);
  const present = async (expected: Expected | null) => {
    const isSent = payment.row?.money === "submitting" && payment.nonce === "unused";
    const isWaiting = isSent && expected === "waits";
    const presentation = await world.present(number, at, replica, upstream, isAlone && !isWaiting);
    if (payment.row === null && (await world.rows())[number]) payment.boundTo = at;
    return presentation;
  };
  const until = performance.now() + PATIENCE_MS;
  let expected = foresee();
  let presentation = await present(expected);
  while (mayBeLoad(presentation, expected) && performance.now() < until) {
    world.retries += 1;
    await sleep(RETRY_AFTER_MS);
    // What nodes were too slow to take, the workers send them again.
    await world.work(replica);
    if (presentation.ended === null) {
      await world.settleDown(model);
      continue;
    }
    await world.stayYoung();
    await lookAround(model, world, "a call that load may have disturbed");
    expected = foresee();
    presentation = await present(expected);
  }
  const was = inWords(presentation);
  if (expected === null || was === expected) return null;
  const state = JSON.stringify({ ...payment, endpoint: model.endpoints[at], ...model.chain });
  return `expected ${expected}, was told ${was} (${state})`;
}

/** Whether the machine may just be too busy for the deadlines of the product; nothing but a busy machine passes. */
function mayBeLoad(presentation: Presentation, expected: Expected | null): boolean {
  const was = inWords(presentation);
  return expected !== null && was !== expected && LOAD.test(was);
}

function inWords({ told }: Presentation): Expected {
  return told === null ? "waits" : [told.status, told.code].filter(Boolean).join(" ");
}
