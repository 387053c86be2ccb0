import { signIn, type Visitor } from "@/bench/dashboard";
import { READER } from "@/bench/library";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { median, quantile, ratios } from "@/bench/statistics";

/** What is read, and the words by which it is known to be whole. */
const PAGES = [
  { name: "overview, last 30 days", path: "/overview" },
  { name: "overview, all time", path: "/overview?range=all" },
  { name: "first payments page, last 30 days", path: "/payments" },
  { name: "first payments page, all time", path: "/payments?range=all" },
] as const;

/** How long the pages of a merchant take who has sold much, beside those of one who has sold little. */
const reading: Row = async (stage, { rounds, quick, step }) => {
  const { young, old } = await stage.library();
  const [few, many] = [await signIn(young.house, READER), await signIn(old.house, READER)];
  const times = quick ? 10 : 60;
  const done = await sideBySide(
    rounds,
    { many: () => readAll(many, times), few: () => readAll(few, times) },
    step,
  );
  const [counted, against] = [old, young].map(({ read }) => `${read.toLocaleString("en")} settlements`);
  return {
    figures: PAGES.map(({ name, path }) => {
      const p95s = (of: typeof done.few) => of.map((took) => quantile(took.get(path) ?? [], 0.95));
      const words = (of: typeof done.few) => `p95 ${median(p95s(of)).toPrecision(3)} ms`;
      return {
        measure: `${name}, ${counted}, p95`,
        against: `the same on ${against}`,
        reach: { most: 1.5 },
        unit: "×",
        rounds: ratios(p95s(done.many), p95s(done.few)),
        ours: words(done.many),
        theirs: words(done.few),
      };
    }),
    notes: [
      `the whole page as a browser gets it, ${times} times a round one after the other; the sales lie evenly over a year.`,
      `the merchant is one of ${(old.merchants + 2).toLocaleString("en")} with their own settlements, another of whom has ${old.exported.toLocaleString("en")}.`,
    ],
  };
};

export default reading;

/** Reads every page as often, in turn; gives how long each took, by path. */
async function readAll(visitor: Visitor, times: number): Promise<Map<string, number[]>> {
  const took = new Map<string, number[]>(PAGES.map(({ path }) => [path, []]));
  for (let time = 0; time < times; time++) {
    for (const [path, tooks] of took) tooks.push((await visitor.read(path)).tookMs);
  }
  return took;
}
