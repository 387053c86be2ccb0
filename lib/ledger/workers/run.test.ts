import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { openOwnLedger } from "@/lib/ledger/own-ledger.fixture";
import { runWorkers } from "./run";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

/** What grows with the payments. */
const GROWS = ["payments", "settlements", "answers", "chain_txs", "payment_tallies"];

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  Plans?: Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

it("no worker looks through all payments there ever were, in any of its statements (growth)", async () => {
  const client = postgres(own.databaseUrl, { onnotice: () => {} });
  onTestFinished(() => client.end());
  const statements = new Map<string, unknown[]>();
  const logQuery = (text: string, given: unknown[]) => void statements.set(text, given);
  const db = drizzle(client, { logger: { logQuery } });
  await own.settled();
  await own.sent(await own.answered());
  // Each once.
  await runWorkers(db, new Map([[own.chain.network.id, own.chain]]), own.log, AbortSignal.abort());
  expect(statements.size).toBeGreaterThan(12);

  const partial =
    await client`select indexrelid::regclass::text name from pg_index where indpred is not null`;
  const small = new Set(partial.map(({ name }) => name));
  const whole: string[] = [];
  for (const [text, given] of statements) {
    if (!/^\s*(select|insert|update|delete|with)\b/i.test(text)) continue;
    const [row] = await client.begin(async (tx) => {
      // So that also tables of a few rows are read by an index, where one fits.
      await tx`set local enable_seqscan = off`;
      return tx.unsafe<{ "QUERY PLAN": [{ Plan: Plan }] }[]>(
        `explain (format json) ${text}`,
        given as string[],
      );
    });
    for (const node of nodesOf(row?.["QUERY PLAN"][0].Plan ?? { "Node Type": "" })) {
      const { "Relation Name": table = "", "Index Name": index, "Index Cond": condition } = node;
      const isWhole = node["Node Type"] === "Seq Scan" || (index && !condition && !small.has(index));
      if (GROWS.includes(table) && isWhole) whole.push(`${node["Node Type"]} on ${table}: ${text}`);
    }
  }
  expect(whole).toEqual([]);
});
