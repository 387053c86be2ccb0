import { readView } from "@/app/(dashboard)/view";
import type { Session } from "@/lib/auth/sessions";
import { revenueByTime } from "@/lib/revenue/by-time";
import { type Query, queryWith } from "@/lib/revenue/filters";
import { listPayments } from "@/lib/revenue/list";
import { countOwed, hasPayments } from "@/lib/revenue/owed";
import { buckets, previousPeriod } from "@/lib/revenue/range";
import { countPayers } from "@/lib/revenue/tally/payers";
import { type AssetTotal, changeSince, totalsByAsset } from "@/lib/revenue/totals";
import { parts } from "@/lib/server/parts";

const LATEST = 8;

/** Everything the overview shows; `started` is false until the first payment of the mode was presented. */
export async function readOverview(session: Session, query: Query) {
  const { db } = parts().database;
  // The table and the CSV know more fields; the overview is about a range and a token.
  const { network, asset, range: name, from, to } = query;
  const view = await readView(session, { range: name, from, to }, "30d");
  const { scope, range, now } = view;
  const before = { ...scope, ...previousPeriod(range, now) };
  const [started, owed, totals, previous] = await Promise.all([
    hasPayments(db, session.merchantId, scope.networks),
    countOwed(db, session.merchantId, scope.networks),
    totalsByAsset(db, scope),
    totalsByAsset(db, before),
  ]);
  const total = chosen(totals, { network, asset }) ?? nothingOf(view.networks, network);
  const was = previous.find((each) => sameAsset(each, total));
  const of = { ...scope, networks: [total.network], asset: total.asset };
  const cut = buckets(range);
  const [revenue, latest, payers] = await Promise.all([
    revenueByTime(db, of, cut.buckets),
    listPayments(db, of, { limit: LATEST }),
    countPayers(db, { ...of, network: total.network }),
  ]);
  const alone = totals.every((each) => each.network !== total.network || sameAsset(each, total));
  const rows = queryWith(
    { range: name, from, to },
    {
      range: range.name === "custom" ? undefined : range.name,
      network: total.network,
      asset: alone ? undefined : total.asset,
    },
  );
  const change = changeSince(was?.units ?? 0n, total.units);
  return {
    ...view,
    started,
    owed,
    totals,
    total,
    payers,
    change,
    revenue,
    unit: cut.unit,
    latest: latest.rows,
    rows,
  };
}

const sameAsset = (a: Pick<AssetTotal, "network" | "asset">, b: Pick<AssetTotal, "network" | "asset">) =>
  a.network === b.network && a.asset === b.asset;

function chosen(totals: readonly AssetTotal[], { network, asset }: { network?: string; asset?: string }) {
  const ofNetwork = totals.filter((total) => total.network === network);
  return ofNetwork.find((total) => total.asset === asset) ?? ofNetwork[0] ?? totals[0];
}

function nothingOf(
  networks: readonly { id: string; token: { address: string } }[],
  asked?: string,
): AssetTotal {
  const network = networks.find(({ id }) => id === asked) ?? networks[0];
  if (!network) throw new Error("A mode without networks cannot be shown");
  const none = { units: 0n, payments: 0, settled: 0, void: 0 };
  return { network: network.id, asset: network.token.address, ...none };
}
