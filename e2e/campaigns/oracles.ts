import { LEASE_SECONDS } from "@/lib/ledger/lease";
import type { Answer } from "./client";

/** A payment as the database holds it at the end. */
export interface SeenPayment {
  id: string;
  /** Payer and nonce. */
  key: string;
  money: string;
  delivery: string;
  /** Seconds since its lease ended; negative while it lives, null where it has none. */
  leaseOverFor: number | null;
  /** Seconds since it was submitted, null where it was not. */
  submittedFor: number | null;
  /** Seconds since it was claimed. */
  claimedFor: number;
  /** Seconds since its authorization ran out; negative while it is valid. */
  expiredFor: number;
}

/** A settlement as the database holds it. */
export interface SeenSettlement {
  paymentId: string;
  key: string;
  txHash: string;
  logIndex: number;
  payTo: string;
  amount: bigint;
}

/** A transfer to a payout address, as the chain shows it. */
export interface SeenTransfer {
  txHash: string;
  logIndex: number;
  to: string;
  amount: bigint;
}

/** All that is looked at when a campaign is over; every oracle is a function of it. */
export interface Observations {
  payments: readonly SeenPayment[];
  settlements: readonly SeenSettlement[];
  /** Every transfer to a payout address on chain. */
  transfers: readonly SeenTransfer[];
  /** One key for each time the chain used an authorization. */
  authorizationsUsed: readonly string[];
  /** Base units by payout address, summed over the CSV. */
  exported: ReadonlyMap<string, bigint>;
  /** All that clients were told. */
  answers: readonly Answer[];
  /** What came of presenting each settled payment once more, after everything. */
  fetchedAgain: readonly Answer[];
  /** What each process wrote. */
  logs: readonly { name: string; text: string }[];
  /** Processes that ended by themselves. */
  exits: readonly string[];
  /** Where a planted secret was seen. */
  leaks: readonly string[];
}

/** Whether something held, how often it was looked at, and where it did not. */
export interface Verdict {
  ok: boolean;
  checked: number;
  violations: readonly string[];
}

type Oracle = (seen: Observations) => Omit<Verdict, "ok">;

const PATIENCE_SECONDS = 60;
const PAID = new Set(["settled", "final"]);

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function sumBy<T extends { amount: bigint }>(items: readonly T[], keyOf: (item: T) => string) {
  const sums = new Map<string, bigint>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0n) + item.amount);
  return sums;
}

/** The sums of the export are those of the chain, per payout address, and each transfer is booked once. */
const exportEqualsChain: Oracle = ({ transfers, settlements, exported }) => {
  const onChain = sumBy(transfers, ({ to }) => to.toLowerCase());
  const inExport = new Map([...exported].map(([payTo, sum]) => [payTo.toLowerCase(), sum]));
  const violations: string[] = [];
  for (const payTo of new Set([...onChain.keys(), ...inExport.keys()])) {
    const [chain, csv] = [onChain.get(payTo) ?? 0n, inExport.get(payTo) ?? 0n];
    if (chain !== csv) violations.push(`${payTo}: ${chain} on chain, ${csv} in the export`);
  }
  const logOf = ({ txHash, logIndex }: SeenTransfer | SeenSettlement) =>
    `${txHash.toLowerCase()}:${logIndex}`;
  const booked = countBy(settlements, logOf);
  for (const transfer of transfers) {
    const times = booked.get(logOf(transfer))?.length ?? 0;
    if (times !== 1) violations.push(`${logOf(transfer)}: booked ${times} times`);
  }
  return { checked: transfers.length, violations };
};

/** No authorization moved money twice, and none is booked twice. */
const settledAtMostOnce: Oracle = ({ authorizationsUsed, settlements }) => {
  const used = countBy(authorizationsUsed, (key) => key);
  const booked = countBy(settlements, ({ key }) => key);
  const twice = (groups: Map<string, unknown[]>, how: string) =>
    [...groups]
      .filter(([, { length }]) => length > 1)
      .map(([key, { length }]) => `${key}: ${how} ${length} times`);
  return { checked: used.size, violations: [...twice(used, "used"), ...twice(booked, "booked")] };
};

/** Every 2xx was paid for by the payment it was made for, and no payment got two different answers. */
const bodiesArePaidFor: Oracle = ({ answers, payments }) => {
  const byKey = new Map(payments.map((payment) => [payment.key, payment]));
  const served = answers.filter(({ body }) => body !== null);
  const violations: string[] = [];
  for (const [key, group] of countBy(served, (answer) => answer.key)) {
    const bodies = new Set(group.map(({ body }) => body));
    const payment = byKey.get(key);
    if (!payment || !PAID.has(payment.money))
      violations.push(`${key}: served, and its money is ${payment?.money}`);
    else if (![...bodies].every((body) => body?.includes(payment.id)))
      violations.push(`${key}: served what was made for another payment`);
    if (bodies.size > 1) violations.push(`${key}: served ${bodies.size} different bodies`);
  }
  for (const [body, group] of countBy(served, (answer) => answer.body ?? "")) {
    const keys = new Set(group.map(({ key }) => key));
    if (keys.size > 1) violations.push(`one body was served to ${keys.size} payments: ${body}`);
  }
  return { checked: served.length, violations };
};

/** A settled payment gives its answer again, the same as before, or is listed as owed. */
const paidIsServedOrOwed: Oracle = ({ payments, fetchedAgain, answers }) => {
  const again = new Map(fetchedAgain.map((answer) => [answer.key, answer]));
  const before = new Map(answers.filter(({ body }) => body !== null).map(({ key, body }) => [key, body]));
  const paid = payments.filter(({ money }) => PAID.has(money));
  const violations = paid.flatMap(({ key, delivery }) => {
    const answer = again.get(key);
    if (answer?.body) {
      const same = (before.get(key) ?? answer.body) === answer.body || delivery !== "ready";
      return same ? [] : [`${key}: another body than before`];
    }
    return delivery === "failed" ? [] : [`${key}: ${answer?.status} ${answer?.code}, delivery ${delivery}`];
  });
  return { checked: paid.length, violations };
};

/** Nobody was asked to sign again for a payment that moved money. */
const noDemandForPaid: Oracle = ({ payments, authorizationsUsed, answers }) => {
  const paid = new Set(payments.filter(({ money }) => PAID.has(money)).map(({ key }) => key));
  for (const key of authorizationsUsed) paid.add(key);
  const demands = answers.filter(({ status }) => status === 402);
  const violations = demands
    .filter(({ key }) => paid.has(key))
    .map(({ key, code, spelling }) => `${key}: 402 ${code} (${spelling})`);
  return { checked: answers.length, violations };
};

/** Nothing that was begun stays begun: workers end it within a minute of its lease. */
const nothingStuck: Oracle = ({ payments }) => {
  const limit = PATIENCE_SECONDS;
  const open = payments.filter(({ money }) => money === "held" || money === "submitting");
  const violations = open.flatMap((payment) => {
    const { key, money, delivery, leaseOverFor, submittedFor, claimedFor, expiredFor } = payment;
    const is = `${key}: ${money}/${delivery}`;
    if (money === "submitting" && (submittedFor ?? 0) > limit + LEASE_SECONDS)
      return [`${is} for ${submittedFor} s`];
    if (delivery === "pending" && (leaseOverFor ?? claimedFor) > limit) return [`${is}, nobody works on it`];
    if (money === "held" && expiredFor > 2 * limit)
      return [`${is}, its authorization ran out ${expiredFor} s ago`];
    return [];
  });
  return { checked: payments.length, violations };
};

/** No process ended by itself, and none met a bug. */
const nothingCrashed: Oracle = ({ exits, logs }) => {
  const bugs = /"(unhandled_rejection|uncaught_exception|gateway\.bug|request_failed)"/;
  const lines = logs.flatMap(({ name, text }) =>
    text
      .split("\n")
      .filter((line) => bugs.test(line))
      .map((line) => `${name}: ${line}`),
  );
  return { checked: logs.length, violations: [...exits, ...lines] };
};

/** No planted secret came out. */
const nothingLeaked: Oracle = ({ leaks, answers, logs }) => ({
  checked: answers.length + logs.length,
  violations: leaks,
});

const ORACLES: Record<string, Oracle> = {
  exportEqualsChain,
  settledAtMostOnce,
  bodiesArePaidFor,
  paidIsServedOrOwed,
  noDemandForPaid,
  nothingStuck,
  nothingCrashed,
  nothingLeaked,
};

/** What is held after every campaign. */
export const ORACLE_NAMES = Object.keys(ORACLES);

/** Checks every oracle. */
export function judge(seen: Observations): Record<string, Verdict> {
  const verdicts = Object.entries(ORACLES).map(([name, oracle]) => {
    const { checked, violations } = oracle(seen);
    return [name, { ok: violations.length === 0, checked, violations }] as const;
  });
  return Object.fromEntries(verdicts);
}
