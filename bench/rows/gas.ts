import { openGasMeter } from "@/bench/gas-meter";
import { AGENTS, openShop } from "@/bench/paying";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { SLUG } from "@/bench/stage";
import { median, ratios } from "@/bench/statistics";
import { openStraight } from "@/bench/straight";

const AT_ONCE = 64;

/** What a payment costs in gas when many are made at once, and in a transaction of its own. */
const gas: Row = async (stage, { rounds, quick, step }) => {
  const house = await stage.house();
  const shop = await openShop(house.rpcUrl, house, `/g/${SLUG}/now`);
  const straight = await openStraight(house.rpcUrl);
  const meter = openGasMeter(house.rpcUrl);
  const payments = quick ? 128 : 512;
  const done = await sideBySide(
    rounds,
    {
      Farebox: async () => {
        const signed = await shop.sign(payments);
        const since = await meter.head();
        await shop.pay(signed, AT_ONCE);
        return meter.gasOfEach(since);
      },
      alone: async () => {
        const signed = await shop.sign(payments / 8);
        const authorizations = signed.map(({ authorization }) => authorization);
        return (await straight.send(await straight.prepare(authorizations, 1))).gasEach;
      },
    },
    step,
  );
  return {
    figures: [
      {
        measure: `gas per payment, ${AT_ONCE} at once`,
        against: "one transaction per payment",
        reach: { most: 0.65 },
        unit: "×",
        rounds: ratios(done.Farebox, done.alone),
        ours: `${Math.round(median(done.Farebox))} gas`,
        theirs: `${Math.round(median(done.alone))} gas`,
      },
    ],
    notes: [
      `the gas of all transactions mined while ${payments} payments were made, divided by the payments they hold. They come from ${AGENTS} wallets: the more of a batch one wallet pays, the less it costs.`,
    ],
  };
};

export default gas;
