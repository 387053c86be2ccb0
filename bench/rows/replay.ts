import type { Answer } from "@/bench/answer";
import { flood, inWords, rates } from "@/bench/flood";
import { during } from "@/bench/load";
import { isPaid, openShop } from "@/bench/paying";
import { getRequest } from "@/bench/request";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { SLUG } from "@/bench/stage";
import { ratios } from "@/bench/statistics";

const CONNECTIONS = 32;
const REPLAYED = Buffer.from("Idempotent-Replayed: true");

/** How fast a payment that was settled before is given its stored answer again. */
const replay: Row = async (stage, { rounds, quick, step }) => {
  const house = await stage.house();
  const path = `/g/${SLUG}/now`;
  const shop = await openShop(house.rpcUrl, house, path);
  const payments = await shop.sign(CONNECTIONS);
  await shop.pay(payments, 1);
  const unpaid = getRequest(house.host, path);
  const again = payments.map(({ header }) => getRequest(house.host, path, { "PAYMENT-SIGNATURE": header }));
  const ms = quick ? 300 : 2_000;
  const isReplayed = (answer: Answer) => answer.head.includes(REPLAYED) && isPaid(answer);
  const done = await sideBySide(
    rounds,
    {
      replayed: () =>
        flood(house, {
          connections: CONNECTIONS,
          next: during(ms, (connection) => again[connection] ?? unpaid),
          isGood: isReplayed,
        }),
      unpaid: () =>
        flood(house, {
          connections: CONNECTIONS,
          next: during(ms, () => unpaid),
          isGood: ({ status }) => status === 402,
        }),
    },
    step,
  );
  return {
    figures: [
      {
        measure: `replayed payment, ${CONNECTIONS} connections, req/s`,
        against: "our own unpaid 402",
        reach: { least: 0.2 },
        unit: "×",
        rounds: ratios(rates(done.replayed), rates(done.unpaid)),
        ours: inWords(done.replayed),
        theirs: inWords(done.unpaid),
      },
    ],
    notes: [
      "each connection presents a settled payment of its own again and again; each answer is a replay.",
    ],
  };
};

export default replay;
