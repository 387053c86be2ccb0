import type { Body } from "./answer";

/** The hops of a paid call, in the order in which most calls make them. */
export const STEPS = [
  "challenge",
  "signature",
  "verification",
  "upstream",
  "settlement",
  "delivery",
] as const;

/** One hop of a paid call. */
export type Step = (typeof STEPS)[number];

/** A hop that was made, and how long it took. */
export interface Hop {
  kind: "hop";
  step: Step;
  text: string;
  tookMs: number;
}

/** A test payment that ended without a paid answer: what happened, what to do, and what the caller was sent. */
export interface Failed {
  kind: "failed";
  /** The hop that was not made. */
  step: Step;
  text: string;
  action: string;
  body: Body | null;
  paymentId: string | null;
}

/** A test payment that was settled and answered. */
export interface Paid {
  kind: "paid";
  status: number;
  body: Body;
  paymentId: string | null;
  txHash: string;
  /** The transaction's page in the network's explorer, when it has one. */
  txUrl: string | null;
}

/** What happened during a test payment, as it happens; the last event is `failed` or `paid`. */
export type TestEvent = Hop | Failed | Paid;

/** Says that the hop after `last` was not made; `last` is null before the first. */
export function failedAfter(
  last: Step | null,
  [text, action]: readonly [text: string, action: string],
  seen: Partial<Pick<Failed, "body" | "paymentId">> = {},
): Failed {
  const step = last === null ? "challenge" : (STEPS[STEPS.indexOf(last) + 1] ?? last);
  return { kind: "failed", step, text, action, body: null, paymentId: null, ...seen };
}
