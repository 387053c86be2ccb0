import { readFile } from "node:fs/promises";
import type { Hex } from "viem";
import type { Db } from "@/lib/db/client";
import { givenEnv } from "@/lib/env";
import { readEmail } from "@/lib/merchants/email";
import { setOperator } from "@/lib/merchants/operator";
import { untallyAll } from "@/lib/revenue/tally/differences";
import { readRunningConfiguration } from "@/lib/server/configure";
import { CannotStart, failToStart } from "@/lib/server/failure";
import { openParts, type Parts } from "@/lib/server/parts";
import { check } from "./check";
import { pay } from "./pay";
import { seed } from "./seed";

const USAGE = `Usage: npm run farebox -- <command>

  seed FILE   make the merchants and endpoints of a JSON file, or bring them up to date
  pay URL     pay for one call of a paid URL with the test wallet, and show the hops
  check       compare the ledger with the chain, and tallies with the ledger; exit 1 on any difference
  tally       have the tallies of every merchant made anew from the ledger, by a worker
  operator EMAIL [--revoke]
              let a person see the operator's page, or no more
`;

/** Runs one operator's command beside the running instance and returns the exit code; standard output is its result alone. */
export function runCommand(words: string[]): Promise<number> {
  return run(words).catch(failToStart);
}

async function run([command, argument, option]: string[]): Promise<number> {
  if (command === "check") return withParts(async (parts) => report(await check(parts)));
  if (command === "tally")
    return withParts(async ({ database }) => {
      await untallyAll(database);
      return 0;
    });
  if (command === "seed" && argument) {
    const file: unknown = await readSeedFile(argument);
    return withParts(async (parts) => {
      print(await seed(parts, file));
      return 0;
    });
  }
  if (command === "operator" && argument && (option ?? "--revoke") === "--revoke")
    return withParts(async ({ database }) => {
      print(await appoint(database.db, argument, option === undefined));
      return 0;
    });
  if (command === "pay" && argument) return payFor(argument);
  process.stderr.write(USAGE);
  return command === undefined || command === "help" ? 0 : 1;
}

async function withParts(work: (parts: Parts) => Promise<number>): Promise<number> {
  const parts = openParts(await runningConfiguration());
  await parts.database.sql`select 1`.catch(() => {
    throw new CannotStart("The database does not answer: start Farebox with npm start, or set DATABASE_URL.");
  });
  try {
    return await work(parts);
  } finally {
    await parts.database.close();
  }
}

async function appoint(db: Db, text: string, operator: boolean) {
  const email = readEmail(text);
  if (email === null || !(await setOperator(db, email, operator)))
    throw new CannotStart(`No account has the email ${text}.`);
  return { email, operator };
}

async function payFor(url: string): Promise<number> {
  if (!URL.canParse(url)) throw new CannotStart(`${url} is no URL.`);
  const { FAREBOX_TEST_PAYER_KEY: key } = await runningConfiguration();
  if (!key) throw new CannotStart("FAREBOX_TEST_PAYER_KEY: there is no test wallet to pay with.");
  return (await pay(url, key as Hex, (line) => process.stdout.write(`${line}\n`))) ? 0 : 1;
}

async function runningConfiguration() {
  const env = await readRunningConfiguration(givenEnv());
  if (env) return env;
  throw new CannotStart("No Farebox was started in this data folder: run npm start, or set DATABASE_URL.");
}

async function readSeedFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new CannotStart(
      `The seed file ${path} cannot be read: ${error instanceof Error ? error.message : ""}`,
    );
  }
}

function report(result: Awaited<ReturnType<typeof check>>): number {
  print(result);
  return result.differences.length === 0 && result.tallyDifferences.count === 0 ? 0 : 1;
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
