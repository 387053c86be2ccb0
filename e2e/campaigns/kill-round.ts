import { once } from "node:events";
import { type ClientRequest, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ANSWERED, WINDOWS, type Window } from "./kill-windows";
import type { SignedPayment } from "./payers";
import { openTcpProxy, type TcpProxy, targetOf } from "./proxies";
import type { Random } from "./random";
import type { Replica } from "./replicas";
import type { Stack } from "./stack";

/** A payment whose gateway died in this window. */
export interface Stopped {
  window: Window;
  payment: SignedPayment;
}

interface Victim {
  gateway: Replica;
  /** Its own ways to PostgreSQL and to the chain. */
  database: TcpProxy;
  chain: TcpProxy;
}

const STOPPED_WITHIN_MS = 20_000;
/** More than fits into buffers on the way, so that the answer is under way when its sender dies. */
const LONG_BODY = 900_000;

/** Stops one gateway in every window, by a payment each, and kills it when it stands in all of them. */
export async function killInEveryWindow(stack: Stack, random: Random): Promise<Stopped[]> {
  const victim = await startVictim(stack);
  const calls: ClientRequest[] = [];
  const stopped: Stopped[] = [];
  try {
    const present = async (window: Window) => {
      const payment = await stack.payers.sign(stack.shops.after, targetFor(window, random));
      const { shop, target, headers } = payment;
      const call = get(`${victim.gateway.url}/g/${shop.slug}${target}`, { headers });
      call.on("error", () => {});
      calls.push(call);
      stopped.push({ window, payment });
      const answered = once(call, "response");
      // It is wanted of some alone; the others may die with their gateway.
      answered.catch(() => {});
      return { target, answered };
    };
    const stopIn = async (window: Window, begin: () => Promise<void>) => {
      // Armed before the payment is presented, and met by it alone: those before it are past this point.
      const reached =
        "on" in window.stop ? victim[window.stop.at].stallOn(window.stop.on, window.stop.hold).reached : null;
      await begin();
      const { target, answered } = await present(window);
      const stop = reached ?? untilAsked(stack, window, target);
      await within(
        STOPPED_WITHIN_MS,
        window.stop.at === "response" ? answered : Promise.race([stop, tooEarly(window, answered)]),
        `No payment could be stopped ${window.title}`,
      );
    };
    for (const window of WINDOWS) {
      // Those that go together come while one before them is still being tried.
      if (window.together) await stopIn(ANSWERED, async () => {});
      await stopIn(window, async () => {
        for (let more = 1; more < (window.together ?? 1); more++) await present(window);
      });
    }
  } finally {
    await victim.gateway.kill();
    for (const call of calls) call.destroy();
    victim.database.close();
    victim.chain.close();
  }
  return stopped;
}

async function startVictim({ parts, chain, env, fleet }: Stack): Promise<Victim> {
  const { DATABASE_URL } = parts.env;
  const [database, node] = await Promise.all([
    openTcpProxy(targetOf(DATABASE_URL)),
    openTcpProxy(targetOf(chain.rpcUrl)),
  ]);
  const [network] = JSON.parse(env.FAREBOX_NETWORKS ?? "[]") as [object];
  // Apart and without workers: they would reach a window with the payment of somebody else.
  const gateway = await fleet.startApart({
    FAREBOX_ROLES: "gateway",
    DATABASE_URL: database.through(DATABASE_URL),
    FAREBOX_NETWORKS: JSON.stringify([{ ...network, rpc: node.through(chain.rpcUrl) }]),
  });
  return { gateway, database, chain: node };
}

/** What the payer of a window calls, so that the upstream and the answer do their part. */
function targetFor({ stop }: Window, random: Random): string {
  const target = `/now?n=${random.hex(4)}`;
  if (stop.at === "upstream") return `${target}&hang`;
  return stop.at === "response" ? `${target}&pad=${LONG_BODY}` : target;
}

async function untilAsked({ upstream }: Stack, { stop }: Window, target: string): Promise<void> {
  while (stop.at === "upstream" && upstream.calls(target) === 0) await sleep(10);
}

async function tooEarly({ title }: Window, answered: Promise<unknown[]>): Promise<never> {
  // A gateway that dies without an answer is what is wanted: then this stays open.
  await answered.catch(() => new Promise(() => {}));
  throw new Error(`A payment was answered before it was stopped ${title}`);
}

async function within(ms: number, work: Promise<unknown>, late: string): Promise<void> {
  const timeout = new AbortController();
  const alarm = sleep(ms, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(late);
  });
  alarm.catch(() => {});
  await Promise.race([work, alarm]).finally(() => timeout.abort());
}
