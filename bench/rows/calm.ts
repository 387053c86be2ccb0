import { flood } from "@/bench/flood";
import { during, type Load } from "@/bench/load";
import { openShop } from "@/bench/paying";
import { getRequest } from "@/bench/request";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { SLUG } from "@/bench/stage";
import { median, quantile, ratios } from "@/bench/statistics";

const CONNECTIONS = 8;
const PER_SECOND = 400;
const PAID_AT_ONCE = 64;

/** Whether those who ask for a price wait for those who pay. */
const calm: Row = async (stage, { rounds, quick, step }) => {
  const house = await stage.house();
  const path = `/g/${SLUG}/now`;
  const shop = await openShop(house.rpcUrl, house, path);
  const request = getRequest(house.host, path);
  const asking = {
    connections: CONNECTIONS,
    isGood: ({ status }) => status === 402,
    everyMs: (CONNECTIONS * 1000) / PER_SECOND,
  } satisfies Omit<Load, "port" | "next">;
  const payments = quick ? 200 : 1_000;
  const done = await sideBySide(
    rounds,
    {
      alone: () => flood(house, { ...asking, next: during(quick ? 500 : 3_000, () => request) }),
      "while 64 pay": async () => {
        const signed = await shop.sign(payments);
        let paying = true;
        const asked = flood(house, { ...asking, next: () => (paying ? request : null) });
        const paid = await shop.pay(signed, PAID_AT_ONCE).finally(() => {
          paying = false;
        });
        return { ...(await asked), paidPerSecond: paid.perSecond };
      },
    },
    step,
  );
  const p99s = (of: readonly { latenciesMs: number[] }[]) =>
    of.map(({ latenciesMs }) => quantile(latenciesMs, 0.99));
  const [busy, idle] = [p99s(done["while 64 pay"]), p99s(done.alone)];
  const paid = median(done["while 64 pay"].map(({ paidPerSecond }) => paidPerSecond));
  return {
    figures: [
      {
        measure: `unpaid 402 while ${PAID_AT_ONCE} paid run, p99`,
        against: "the same while none run",
        reach: { most: 3 },
        unit: "×",
        rounds: ratios(busy, idle),
        ours: `p99 ${median(busy).toPrecision(3)} ms, beside ${Math.round(paid)} paid/s`,
        theirs: `p99 ${median(idle).toPrecision(3)} ms`,
      },
    ],
    notes: [
      `${PER_SECOND} unpaid calls a second over ${CONNECTIONS} connections, at their pace and not as fast as answers come.`,
    ],
  };
};

export default calm;
