import { setTimeout as sleep } from "node:timers/promises";
import type { Context, Figures } from "./campaign";
import { startLoad } from "./load";
import { type Counts, faulty } from "./rpc/faulty";
import { liar } from "./rpc/liar";
import type { Stack } from "./stack";
import { holdTogether, unhurried } from "./together";

/** Seconds. */
export const sizes = { full: 1_800, test: 60 };

/** What this campaign holds besides the oracles of all. */
export const SERVED_OR_REFUSED = "D1-D3: every payer is served, or told that nothing moved";
export const SERVES = "D2: calls are served all the while";
export const GAS = "D3: no lie about its price makes gas dear";

const REPLICAS = 2;
const RPCS = 3;
const PAYERS = 6;
/** More than one RPC alone is believed to have seen arrive. */
const PRICE = "2";
const LOOK_EVERY_MS = 500;
/** Within so many seconds somebody has to be served, each time. */
const SPELL = 60;
/** How often the liar lies at first; from half the time on it always does. */
const LIES = 0.5;
/** What the gas of a payment may cost, in wei: an honest node asks for a fifth of this at most. */
const DEAR = 10n ** 15n;
/** What a payer is told whose balance the liar says is nothing. */
const LIED_ABOUT = / 402 insufficient_funds$/;

/** Has payers pay while every RPC is ill in its own way, and one of three lies. */
export async function run({ size, random, progress, openStack, hold }: Context): Promise<Figures> {
  const stack = await openStack({ replicas: REPLICAS, rpcs: RPCS, price: PRICE });
  const counts: Counts = new Map();
  const { rpcs } = stack.proxies;
  const liarAt = random.below(RPCS);
  let lies = LIES;
  for (const [i, rpc] of rpcs.entries()) {
    const chance = random.fork(`rpc ${i}`);
    const ill = i === liarAt ? liar(chance, counts, stack.chain.rpcUrl, () => lies) : faulty(chance, counts);
    rpc.behave(unhurried(ill));
  }
  const load = startLoad(stack, random.fork("load"), PAYERS);
  const from = performance.now();
  const servedBy: number[] = [];
  for (let seconds = 0; seconds < size; seconds = Math.round((performance.now() - from) / 1_000)) {
    if (seconds > size / 2) lies = 1;
    progress(seconds, size, `${load.served()} served`);
    servedBy[Math.floor(seconds / SPELL)] = load.served();
    await sleep(LOOK_EVERY_MS);
  }
  const servedIll = load.served();
  for (const rpc of rpcs) rpc.behave((_, forward) => forward());
  const { unserved, ...report } = await load.stop();
  const refused = unserved.filter((line) => LIED_ABOUT.test(line));
  hold(
    SERVED_OR_REFUSED,
    report.payments,
    unserved.filter((line) => !refused.includes(line)),
  );
  await holdTogether(stack, hold);
  const gas = await gasOf(stack);
  hold(GAS, report.payments, gas > DEAR ? [`a payment took ${gas} wei of gas`] : []);
  const idle = servedBy.flatMap((served, spell) =>
    served > (servedBy[spell - 1] ?? 0)
      ? []
      : [`nobody was served in the ${SPELL} s from ${spell * SPELL} s on`],
  );
  hold(SERVES, servedBy.length, idle);
  const asked = Object.fromEntries([...counts].map(([what, count]) => [`rpc: ${what}`, count]));
  return {
    ...{ seconds: size, ...report, servedWhileIll: servedIll, refused: refused.length },
    ...{ weiOfGasPerPayment: `${gas}`, ...asked },
  };
}

/** What the gas of a payment cost, on average, in wei. */
async function gasOf({ parts }: Stack): Promise<bigint> {
  const [row] = await parts.database.sql<{ wei: string }[]>`
    select coalesce(ceil(sum(gas_cost) / (select count(*) from settlements)), 0)::text as wei from chain_txs`;
  return BigInt(row?.wei ?? 0);
}
