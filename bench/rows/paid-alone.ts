import { inWords } from "@/bench/flood";
import { openShop } from "@/bench/paying";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { SLUG } from "@/bench/stage";
import { ratios } from "@/bench/statistics";

/** How long a paid call takes that nobody else pays beside. */
const paidAlone: Row = async (stage, { rounds, quick, step }) => {
  const [house, hono] = [await stage.house(), await stage.seller("hono")];
  const ours = await openShop(house.rpcUrl, house, `/g/${SLUG}/now`);
  const theirs = await openShop(house.rpcUrl, hono, "/now");
  const payments = quick ? 10 : 100;
  const done = await sideBySide(
    rounds,
    {
      Farebox: async () => ours.pay(await ours.sign(payments), 1),
      hono: async () => theirs.pay(await theirs.sign(payments), 1),
    },
    step,
  );
  const p50s = (of: typeof done.hono) => of.map(({ p50Ms }) => p50Ms);
  return {
    figures: [
      {
        measure: "paid, exact, one at a time, p50",
        against: "@x402/hono, in-process facilitator, same chain",
        reach: { most: 0.7 },
        unit: "×",
        rounds: ratios(p50s(done.Farebox), p50s(done.hono)),
        ours: inWords(done.Farebox),
        theirs: inWords(done.hono),
      },
    ],
    notes: [`${payments} payments a round, one after the other over one connection.`],
  };
};

export default paidAlone;
