import { afterAll, expect, it } from "vitest";
import { openDatabase } from "./client";
import { groupCommit } from "./group-commit";
import { prepared } from "./prepared";

const { db, close } = openDatabase(process.env.DATABASE_URL ?? "", 4);
afterAll(close);

it("a row that the database refuses fails alone, and those beside it are written", async () => {
  const statements: number[] = [];
  const write = groupCommit(async (rows: readonly string[]) => {
    statements.push(rows.length);
    const text =
      "select 100 / x as result from json_array_elements_text($1::text::json) with ordinality e(t, n), lateral (select t::int as x) i order by n";
    const found = await prepared<{ result: number }>(db, text, [JSON.stringify(rows)]);
    return found.map(({ result }) => result);
  });
  const outcomes = await Promise.allSettled(["5", "0", "20", "word"].map(write));
  expect(outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : "refused"))).toEqual([
    20,
    "refused",
    5,
    "refused",
  ]);
  expect(statements).toEqual([4, 1, 1, 1, 1]);
});
