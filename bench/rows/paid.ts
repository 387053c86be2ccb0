import { inWords, rates } from "@/bench/flood";
import { AGENTS, openShop } from "@/bench/paying";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { SLUG } from "@/bench/stage";
import { median, ratios } from "@/bench/statistics";
import { openStraight } from "@/bench/straight";

const AT_ONCE = 64;
const BATCH = 100;

/** Payments settled within the call, 64 at once: by us, by the peer, and by the chain when nobody stands before it. */
const paid: Row = async (stage, { rounds, quick, step }) => {
  const [house, hono] = [await stage.house(), await stage.seller("hono")];
  const { rpcUrl } = house;
  const ours = await openShop(rpcUrl, house, `/g/${SLUG}/now`);
  const theirs = await openShop(rpcUrl, hono, "/now");
  const straight = await openStraight(rpcUrl);
  const payments = quick ? 200 : 1_000;
  const done = await sideBySide(
    rounds,
    {
      Farebox: async () => ours.pay(await ours.sign(payments), AT_ONCE),
      hono: async () => theirs.pay(await theirs.sign(payments / 5), AT_ONCE),
      chain: async () => {
        const signed = await ours.sign(payments);
        const authorizations = signed.map(({ authorization }) => authorization);
        return straight.send(await straight.prepare(authorizations, BATCH));
      },
    },
    step,
  );
  const limit = done.chain.map(({ perSecond }) => perSecond);
  const common = {
    measure: `paid, exact, ${AT_ONCE} at once, req/s`,
    unit: "×" as const,
    ours: inWords(done.Farebox),
  };
  return {
    figures: [
      {
        ...common,
        against: "@x402/hono, in-process facilitator, same chain",
        reach: { least: 5 },
        rounds: ratios(rates(done.Farebox), rates(done.hono)),
        theirs: inWords(done.hono),
      },
      {
        ...common,
        against: `the chain alone, Multicall3 of ${BATCH}`,
        reach: { least: 0.6 },
        rounds: ratios(rates(done.Farebox), limit),
        theirs: `${Math.round(median(limit))}/s`,
      },
    ],
    notes: [
      `${payments} payments a round by ${AGENTS} wallets in turn, ${payments / 5} for the peer; signed before the round, each answer a 200 with goods and the receipt of a settled payment.`,
      "Farebox calls an upstream over HTTP, keeps the payment and its answer in PostgreSQL, and proves the transfer; the peer answers by itself and keeps nothing.",
      "the chain is given transactions that are signed already, two under way at any time.",
    ],
  };
};

export default paid;
