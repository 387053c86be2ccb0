import { setTimeout as sleep } from "node:timers/promises";
import { and, eq, isNull, sql } from "drizzle-orm";
import { getAddress, parseAbi } from "viem";
import type { Db } from "@/lib/db/client";
import { payments, settlements } from "@/lib/db/schema";
import { allowMinutes } from "@/lib/db/transaction";
import { anvilClient } from "@/lib/localnet/anvil";
import { startExport } from "@/lib/revenue/export";
import type { Observations, SeenPayment, SeenSettlement } from "./oracles";
import { keyOf } from "./payers";
import type { Stack } from "./stack";

/** How long workers may take to end what was left behind: a lease, and a minute. */
const SETTLE_DOWN_MS = 70_000;
const FETCH_AGAIN_MS = 20_000;
const FETCHES_AT_ONCE = 8;

const events = parseAbi([
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
]);
const [transferEvent, usedEvent] = events;

/** Looks at everything from outside once the workers have had their time: database, chain, export, HTTP, logs. */
export async function observe(stack: Stack): Promise<Observations> {
  await settleDown(stack);
  const fetchedAgain = await fetchAgain(stack);
  await stack.fleet.stop();
  const [seenPayments, seenSettlements, onChain, csv] = await Promise.all([
    readPayments(stack),
    readSettlements(stack),
    readChain(stack),
    readExport(stack),
  ]);
  const logs = stack.fleet.all.map((replica) => ({ name: replica.name, text: replica.log() }));
  const places = [...logs, { name: "the export", text: csv }];
  const found = places.filter(({ text }) => stack.secrets.some((secret) => text.includes(secret)));
  return {
    payments: seenPayments,
    settlements: seenSettlements,
    ...onChain,
    exported: sumExport(csv),
    answers: stack.client.answers,
    fetchedAgain,
    logs,
    exits: stack.fleet.all.flatMap((replica) => replica.fault() ?? []),
    leaks: [...stack.client.leaks, ...found.map(({ name }) => name)],
  };
}

/** Waits until nothing is under way any more, or until it should not be. */
async function settleDown(stack: Stack): Promise<void> {
  for (const until = performance.now() + SETTLE_DOWN_MS; performance.now() < until; await sleep(250)) {
    const open = (await readPayments(stack)).some(
      ({ money, delivery, leaseOverFor }) =>
        money === "submitting" ||
        (money === "held" && delivery === "pending") ||
        (delivery === "pending" && leaseOverFor !== null),
    );
    if (!open) return;
  }
}

/** Presents every settled payment whose header is known once more. */
async function fetchAgain(stack: Stack) {
  const rows = await readPayments(stack);
  const paid = rows.filter(({ money }) => money === "settled" || money === "final");
  const todo = paid.flatMap(({ key }) => stack.payers.signed.get(key) ?? []);
  const fetched: Observations["fetchedAgain"][number][] = [];
  const work = async () => {
    for (let next = todo.pop(); next; next = todo.pop()) {
      fetched.push(await stack.client.insist(next, FETCH_AGAIN_MS));
    }
  };
  await Promise.all(Array.from({ length: FETCHES_AT_ONCE }, work));
  return fetched;
}

/** Reads all there is, which takes its time on a machine that is busy with a campaign. */
function unhurriedly<T>({ database }: Stack["parts"], read: (db: Db) => Promise<T>): Promise<T> {
  return database.db.transaction(async (tx) => {
    await allowMinutes(tx, 2);
    return read(tx);
  });
}

async function readPayments({ parts, merchantId }: Stack): Promise<SeenPayment[]> {
  const since = (instant: unknown) => sql<number | null>`extract(epoch from now() - ${instant})::float8`;
  const rows = await unhurriedly(parts, (db) =>
    db
      .select({
        id: payments.id,
        payer: payments.payer,
        authorization: payments.authorization,
        money: payments.money,
        delivery: payments.delivery,
        leaseOverFor: since(payments.leaseUntil),
        submittedFor: since(payments.submittedAt),
        claimedFor: sql<number>`extract(epoch from now() - ${payments.claimedAt})::float8`,
        expiredFor: sql<number>`(extract(epoch from now()) - ${payments.validBefore})::float8`,
      })
      .from(payments)
      .where(eq(payments.merchantId, merchantId)),
  );
  return rows.map(({ payer, authorization, ...row }) => ({
    ...row,
    key: keyOf(payer, authorization.nonce ?? ""),
  }));
}

async function readSettlements({ parts, merchantId }: Stack): Promise<SeenSettlement[]> {
  const rows = await unhurriedly(parts, (db) =>
    db
      .select({ settlement: settlements, authorization: payments.authorization })
      .from(settlements)
      .innerJoin(payments, eq(payments.id, settlements.paymentId))
      .where(and(eq(settlements.merchantId, merchantId), isNull(settlements.orphanedAt))),
  );
  return rows.map(({ settlement, authorization }) => ({
    paymentId: settlement.paymentId,
    key: keyOf(settlement.payer, authorization.nonce ?? ""),
    txHash: settlement.txHash,
    logIndex: settlement.logIndex,
    payTo: settlement.payTo,
    amount: settlement.amount,
  }));
}

async function readChain({
  chain,
  shops,
}: Stack): Promise<Pick<Observations, "transfers" | "authorizationsUsed">> {
  const client = anvilClient(chain.rpcUrl);
  const range = { address: getAddress(chain.token), fromBlock: 0n, strict: true } as const;
  const to = Object.values(shops).map(({ payTo }) => payTo);
  const [paid, used] = await Promise.all([
    client.getLogs({ ...range, event: transferEvent, args: { to } }),
    client.getLogs({ ...range, event: usedEvent }),
  ]);
  return {
    transfers: paid.map(({ args, transactionHash, logIndex }) => ({
      txHash: transactionHash,
      logIndex,
      to: args.to,
      amount: args.value,
    })),
    authorizationsUsed: used.map(({ args }) => keyOf(args.authorizer, args.nonce)),
  };
}

/** The CSV as the merchant downloads it, of all time. */
async function readExport({ parts, merchantId }: Stack): Promise<string> {
  const { database, networks, log } = parts;
  const scope = {
    merchantId,
    networks: networks.map(({ id }) => id),
    from: new Date(0),
    until: new Date(Date.now() + 24 * 3_600_000),
  };
  const byId = new Map(networks.map((network) => [network.id as string, network]));
  const csv = startExport(database, scope, { networks: byId, timeZone: "UTC" }, log);
  if (!csv) throw new Error("The export is busy");
  return new Response(csv).text();
}

/** Sums a column of the CSV as a bookkeeper would. */
export function sumExport(csv: string): Map<string, bigint> {
  const [head = [], ...rows] = csv
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => line.slice(1, -1).split('","'));
  const [amountAt, payToAt] = [head.indexOf("amount_atomic"), head.indexOf("pay_to")];
  const sums = new Map<string, bigint>();
  for (const row of rows) {
    const payTo = row[payToAt] ?? "";
    sums.set(payTo, (sums.get(payTo) ?? 0n) + BigInt(row[amountAt] ?? ""));
  }
  return sums;
}
