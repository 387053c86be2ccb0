import type { Random } from "./random";
import type { Stack } from "./stack";

/** The upstream takes up to as long, so that a fault finds payments at every step. */
const LONGEST_WORK_MS = 2_500;
/** Longer than an authorization is valid. */
const SERVED_WITHIN_MS = 180_000;
/** What is said of an authorization that is not, or hardly, valid any more; the oracles look whether it moved money. */
const TOO_LATE = new Set(["authorization_expired", "authorization_window_too_short"]);
/** The part of payers who go away and never come back for their answer. */
const GONE = 0.1;

/** Payers who pay for one call after the other, at both endpoints, until they are told to stop. */
export interface Load {
  /** How many payments are under way right now. */
  inFlight(): number;
  /** How many payers got what they paid for so far. */
  served(): number;
  /** Lets every payer finish, and says what came of it all. */
  stop(): Promise<LoadReport>;
}

/** What came of a load. */
export interface LoadReport {
  payments: number;
  served: number;
  /** Payments whose gateways died under them five times in a row: nobody is charged for nothing, but they are not served. */
  exhausted: number;
  /** Payments that were not charged before their authorizations ran out, where everything was too slow for them. */
  expired: number;
  /** Payers who came back again and again, and for whom none of this is so. */
  unserved: string[];
}

/** Starts as many payers. */
export function startLoad({ client, payers, shops }: Stack, random: Random, count: number): Load {
  const report: LoadReport = { payments: 0, served: 0, exhausted: 0, expired: 0, unserved: [] };
  let inFlight = 0;
  let over = false;

  const keepPaying = async (payer: number) => {
    const chance = random.fork(`payer ${payer}`);
    while (!over) {
      const shop = chance.pick([shops.after, shops.after, shops.before]);
      const target = `/now?n=${report.payments++}&wait=${chance.below(LONGEST_WORK_MS)}`;
      const payment = await payers.sign(shop, target);
      inFlight += 1;
      if (chance.chance(GONE)) {
        const signal = AbortSignal.timeout(1 + chance.below(LONGEST_WORK_MS));
        await client.present(payment, { signal });
      } else {
        const { status, code } = await client.insist(payment, SERVED_WITHIN_MS);
        if (status === 200) report.served += 1;
        else if (code === "attempts_exhausted") report.exhausted += 1;
        else if (TOO_LATE.has(code ?? "")) report.expired += 1;
        else report.unserved.push(`${target}: ${status} ${code}`);
      }
      inFlight -= 1;
    }
  };
  const paying = Promise.all(Array.from({ length: count }, (_, payer) => keepPaying(payer)));
  return {
    inFlight: () => inFlight,
    served: () => report.served,
    async stop() {
      over = true;
      await paying;
      return report;
    },
  };
}
