import { describe, expect, it } from "vitest";
import type { Answer } from "./client";
import { judge, type Observations, ORACLE_NAMES, type SeenPayment } from "./oracles";

const KEY = "0xpayer:0xnonce";
const PAYMENT: SeenPayment = {
  id: "payment-1",
  key: KEY,
  money: "settled",
  delivery: "ready",
  leaseOverFor: null,
  submittedFor: 5,
  claimedFor: 6,
  expiredFor: -100,
};
const SETTLEMENT = {
  paymentId: "payment-1",
  key: KEY,
  txHash: "0xA",
  logIndex: 1,
  payTo: "0xB",
  amount: 10n,
};
const ANSWER: Answer = {
  key: KEY,
  status: 200,
  code: null,
  body: "for payment-1",
  replayed: false,
  spelling: "as signed",
};
const WELL: Observations = {
  payments: [PAYMENT],
  settlements: [SETTLEMENT],
  transfers: [{ txHash: "0xa", logIndex: 1, to: "0xb", amount: 10n }],
  authorizationsUsed: [KEY],
  exported: new Map([["0xB", 10n]]),
  answers: [ANSWER, { ...ANSWER, status: 409, body: null, code: "payment_in_progress" }],
  fetchedAgain: [ANSWER],
  logs: [{ name: "replica 1", text: '{"event":"stopping"}' }],
  exits: [],
  leaks: [],
};
const REFUSAL: Answer = { ...ANSWER, status: 402, code: "insufficient_funds", body: null };
const OPEN = { ...PAYMENT, money: "held", delivery: "pending" };
const only = (payment: SeenPayment) => ({ payments: [payment] });

/** What breaks an oracle, by its name. */
const BROKEN: [oracle: string, how: string, seen: Partial<Observations>][] = [
  ["exportEqualsChain", "the export says more than the chain", { exported: new Map([["0xB", 11n]]) }],
  ["exportEqualsChain", "the export lacks a payout address", { exported: new Map() }],
  ["exportEqualsChain", "the chain shows nothing", { transfers: [] }],
  ["exportEqualsChain", "a transfer is not booked", { settlements: [] }],
  ["settledAtMostOnce", "the chain used it twice", { authorizationsUsed: [KEY, KEY] }],
  ["settledAtMostOnce", "it is booked twice", { settlements: [SETTLEMENT, { ...SETTLEMENT, logIndex: 2 }] }],
  ["bodiesArePaidFor", "its payment is void", only({ ...PAYMENT, money: "void" })],
  ["bodiesArePaidFor", "there is no such payment", { payments: [] }],
  [
    "bodiesArePaidFor",
    "two different bodies were served",
    { answers: [ANSWER, { ...ANSWER, body: "payment-1 again" }] },
  ],
  ["bodiesArePaidFor", "the body is another's", { answers: [{ ...ANSWER, body: "for payment-2" }] }],
  [
    "bodiesArePaidFor",
    "one body was served twice",
    {
      payments: [PAYMENT, { ...PAYMENT, key: "other" }],
      answers: [ANSWER, { ...ANSWER, key: "other" }],
    },
  ],
  ["paidIsServedOrOwed", "nothing comes again", { fetchedAgain: [] }],
  ["paidIsServedOrOwed", "a refusal comes", { fetchedAgain: [REFUSAL] }],
  ["paidIsServedOrOwed", "another body comes", { fetchedAgain: [{ ...ANSWER, body: "payment-1 again" }] }],
  ["noDemandForPaid", "a settled payment was answered 402", { answers: [REFUSAL] }],
  [
    "noDemandForPaid",
    "a void payment was, and moved money",
    { ...only({ ...PAYMENT, money: "void" }), answers: [REFUSAL] },
  ],
  ["nothingStuck", "submitted and forgotten", only({ ...PAYMENT, money: "submitting", submittedFor: 71 })],
  ["nothingStuck", "held with a dead lease", only({ ...OPEN, leaseOverFor: 61 })],
  ["nothingStuck", "held without a lease", only({ ...OPEN, claimedFor: 61 })],
  ["nothingStuck", "held with nothing to hold", only({ ...OPEN, delivery: "failed", expiredFor: 121 })],
  ["nothingCrashed", "a process ended", { exits: ["replica 1 ended by itself with 1"] }],
  [
    "nothingCrashed",
    "a rejection was unhandled",
    { logs: [{ name: "1", text: '{"event":"unhandled_rejection"}' }] },
  ],
  ["nothingLeaked", "a secret came out", { leaks: ["replica 1"] }],
];

describe("the oracles of a campaign", () => {
  it("hold where all is well", () => {
    const broken = Object.entries(judge(WELL)).filter(([, verdict]) => !verdict.ok);
    expect(broken).toEqual([]);
  });

  it.each(BROKEN)("%s is broken when %s", (oracle, _, seen) => {
    expect(judge({ ...WELL, ...seen })[oracle]).toMatchObject({ ok: false });
  });

  it("are each broken by something here", () => {
    expect(new Set(BROKEN.map(([oracle]) => oracle))).toEqual(new Set(ORACLE_NAMES));
  });
});
