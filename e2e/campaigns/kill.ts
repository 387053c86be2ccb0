import { once } from "node:events";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context, Figures } from "./campaign";
import { killAtRandom } from "./kill-random";
import { oracleOf, WINDOWS, type Window } from "./kill-windows";
import type { SignedPayment } from "./payers";
import { openTcpProxy, targetOf } from "./proxies";
import type { Random } from "./random";
import type { Stack } from "./stack";

/** Rounds through all crash windows; each but a single one is followed by eight random kills under load. */
export const sizes = { full: 25, test: 1 };

const RANDOM_KILLS_PER_ROUND = 8;
const ROUNDS_RECOVERING_AT_ONCE = 3;
const REACHED_WITHIN_MS = 20_000;
const SERVED_WITHIN_MS = 60_000;
/** More than fits into buffers on the way, so that the answer is under way when its sender dies. */
const LONG_BODY = 900_000;

/** Kills gateways in every crash window, and then at any time. */
export async function run({ size, random, progress, openStack, hold }: Context): Promise<Figures> {
  const stack = await openStack({ replicas: size === 1 ? 1 : 2 });
  const randomKills = size === 1 ? 0 : size * RANDOM_KILLS_PER_ROUND;
  const total = size + randomKills;
  const recovering = new Set<Promise<void>>();
  for (let round = 0; round < size; round++) {
    progress(round, total, "crash windows");
    const stopped = await killInEveryWindow(stack, random.fork(`round ${round}`));
    const recovery = judgeRound(stack, stopped, hold).finally(() => recovering.delete(recovery));
    recovering.add(recovery);
    if (recovering.size >= ROUNDS_RECOVERING_AT_ONCE) await Promise.race(recovering);
  }
  await Promise.all(recovering);
  const figures = { windows: WINDOWS.length, rounds: size, killsInWindows: size };
  if (randomKills === 0) return figures;
  const tell = (done: number, note: string) => progress(size + done, total, note);
  return { ...figures, ...(await killAtRandom(stack, random.fork("random kills"), randomKills, tell, hold)) };
}

/** Stops one gateway in every window at once, by a payment each, and kills it there. */
async function killInEveryWindow(stack: Stack, random: Random): Promise<[Window, SignedPayment][]> {
  const { parts, chain, env } = stack;
  const database = await openTcpProxy(targetOf(parts.env.DATABASE_URL));
  const node = await openTcpProxy(targetOf(chain.rpcUrl));
  const [network] = JSON.parse(env.FAREBOX_NETWORKS ?? "[]") as [object];
  const victim = await stack.fleet.start({
    // Without workers: theirs would reach a window with the payment of somebody else.
    FAREBOX_ROLES: "gateway",
    DATABASE_URL: database.through(parts.env.DATABASE_URL),
    FAREBOX_NETWORKS: JSON.stringify([{ ...network, rpc: node.through(chain.rpcUrl) }]),
  });
  const stopped: [Window, SignedPayment][] = [];
  const calls: ReturnType<typeof get>[] = [];
  try {
    for (const window of WINDOWS) {
      const { stop } = window;
      const call = `n=${random.hex(4)}`;
      const target = `/now?${call}${stop.at === "upstream" ? "&hang" : ""}${stop.at === "response" ? `&pad=${LONG_BODY}` : ""}`;
      const payment = await stack.payers.sign(stack.shops.after, target);
      stopped.push([window, payment]);
      const proxy = stop.at === "database" ? database : node;
      const stall = "on" in stop ? proxy.stallOn(stop.on, stop.hold) : null;
      const request = get(`${victim.url}/g/${payment.shop.slug}${target}`, { headers: payment.headers });
      request.on("error", () => {});
      calls.push(request);
      const answered = once(request, "response");
      const early = answered.then(([{ statusCode }]) => {
        throw new Error(`It answered ${statusCode} before it was stopped ${window.title}`);
      });
      const reached =
        stop.at === "response"
          ? answered
          : Promise.race([stall?.reached ?? untilAsked(stack, target), early]);
      await within(REACHED_WITHIN_MS, reached, `No payment could be stopped ${window.title}`);
      early.catch(() => {});
    }
  } finally {
    await victim.kill();
    for (const call of calls) call.destroy();
    database.close();
    node.close();
  }
  return stopped;
}

async function untilAsked({ upstream }: Stack, target: string): Promise<void> {
  while (upstream.calls(target) === 0) await sleep(10);
}

async function within(ms: number, work: Promise<unknown>, late: string): Promise<void> {
  const timeout = new AbortController();
  const alarm = sleep(ms, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(late);
  });
  await Promise.race([work, alarm]).finally(() => timeout.abort());
  alarm.catch(() => {});
}

/** Presents the payments of a killed gateway elsewhere, until each is served. */
async function judgeRound(
  stack: Stack,
  stopped: [Window, SignedPayment][],
  hold: Context["hold"],
): Promise<void> {
  const judged = stopped.map(async ([window, payment]) => {
    const { status, code } = await stack.client.insist(payment, SERVED_WITHIN_MS);
    const calls = stack.upstream.calls(payment.target);
    const violations = [
      ...(status === 200 ? [] : [`${payment.target}: ${status} ${code}`]),
      ...(calls === window.upstreamCalls ? [] : [`${payment.target}: the upstream was asked ${calls} times`]),
    ];
    hold(oracleOf(window), 1, violations);
  });
  await Promise.all(judged);
}
