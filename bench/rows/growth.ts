import { slugOf } from "@/bench/crowd";
import { flood } from "@/bench/flood";
import type { House } from "@/bench/house";
import type { Shelf } from "@/bench/library";
import { during, each } from "@/bench/load";
import { openShop } from "@/bench/paying";
import { getRequest } from "@/bench/request";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { median, ratios } from "@/bench/statistics";

const CONNECTIONS = 32;
const PAID_AT_ONCE = 64;

/** What a call costs where there are many endpoints and payments, beside where there are few. */
const growth: Row = async (stage, { rounds, quick, step }) => {
  const { young, old } = await stage.library();
  const ms = quick ? 500 : 3_000;
  const payments = quick ? 100 : 500;
  const unpaid = async ({ house, endpoints }: Shelf) => {
    const requests = Array.from({ length: endpoints }, (_, n) =>
      getRequest(house.host, `/g/${slugOf(n + 1)}/now`),
    );
    const isGood = ({ status }: { status: number }) => status === 402;
    step(`each of ${endpoints} endpoints once`);
    await flood(house, { connections: CONNECTIONS, next: each(requests), isGood });
    const any = () => requests[Math.floor(Math.random() * endpoints)] ?? Buffer.alloc(0);
    return () =>
      costOf(house, () => flood(house, { connections: CONNECTIONS, next: during(ms, any), isGood }));
  };
  const paid = async ({ house }: Shelf) => {
    const shop = await openShop(house.rpcUrl, house, `/g/${slugOf(1)}/now`);
    return async () => {
      const signed = await shop.sign(payments);
      return costOf(house, () => shop.pay(signed, PAID_AT_ONCE));
    };
  };
  const done = await sideBySide(
    rounds,
    {
      "unpaid, many": await unpaid(old),
      "unpaid, few": await unpaid(young),
      "paid, many": await paid(old),
      "paid, few": await paid(young),
    },
    step,
  );
  const figure = (measure: string, against: string, ours: readonly number[], theirs: readonly number[]) => ({
    ...{ measure, against, reach: { most: 1.25 }, unit: "×" as const },
    rounds: ratios(ours, theirs),
    ours: `${Math.round(median(ours))} µs`,
    theirs: `${Math.round(median(theirs))} µs`,
  });
  const held = ({ read, exported }: Shelf) => (read + exported).toLocaleString("en");
  return {
    figures: [
      figure(
        `processor time per unpaid 402, ${old.endpoints.toLocaleString("en")} endpoints`,
        `the same with ${young.endpoints}`,
        done["unpaid, many"],
        done["unpaid, few"],
      ),
      figure(
        `processor time per paid call, ${held(old)} payments in the ledger`,
        `the same with ${held(young)}`,
        done["paid, many"],
        done["paid, few"],
      ),
    ],
    notes: [
      "of Farebox and its PostgreSQL together; flat is taken to be within a quarter.",
      "unpaid calls go to endpoints by chance, each of which was called once before.",
    ],
  };
};

export default growth;

/** The processor time of a house for each answer of a load, in µs. */
async function costOf(house: House, load: () => Promise<{ answers: number }>): Promise<number> {
  const before = await house.cpuMs();
  const { answers } = await load();
  return (((await house.cpuMs()) - before) * 1000) / answers;
}
