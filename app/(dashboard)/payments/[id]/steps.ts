import type { PaymentDetail } from "@/lib/revenue/payment";

/** One thing that happened to a payment. */
export interface Step {
  at: Date;
  title: string;
  detail: string | null;
  /** Time since the step before, in words; null for the first, and where clocks differ too little to tell. */
  after: string | null;
}

const SECOND_MS = 1_000;

/** Writes a span of time: `8 ms`, `1.2 s`, `4 min 10 s`. */
export function spanWords(ms: number): string {
  if (ms < SECOND_MS) return `${ms} ms`;
  const seconds = Math.floor(ms / SECOND_MS);
  if (seconds < 60) return `${(ms / SECOND_MS).toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What happened to a payment, in the order it happens in. */
export function stepsOf({ payment, settlement, sent }: PaymentDetail): Step[] {
  const { charge, attempt, upstreamStatus, facilitator } = payment;
  const answered = {
    at: payment.answeredAt,
    title: "Upstream answered",
    detail: upstreamStatus === null ? null : `Status ${upstreamStatus}`,
  };
  const submitted = {
    at: payment.submittedAt,
    title: facilitator ? "Handed to the facilitator" : "Transaction sent",
    detail: facilitator ?? (sent ? "Signed and stored before it was sent" : null),
  };
  const settled = {
    at: payment.settledAt,
    title: settlement ? `Settled in block ${settlement.blockNumber.toLocaleString("en-GB")}` : "Settled",
    detail: "The time of the block, in whole seconds",
  };
  const happened = [
    { at: payment.presentedAt, title: "Payment presented", detail: null },
    {
      at: payment.claimedAt,
      title: "Checked and claimed",
      detail:
        attempt > 1 ? `Upstream asked ${attempt} times since` : "Signature, balance and terms are right",
    },
    ...(charge === "before" ? [submitted, settled, answered] : [answered, submitted, settled]),
    { at: payment.voidedAt, title: "Released without a charge", detail: null },
  ].flatMap(({ at, ...step }) => (at === null ? [] : [{ ...step, at }]));
  return happened.map((step, place) => {
    const before = happened[place - 1];
    const ms = before ? step.at.getTime() - before.at.getTime() : null;
    return { ...step, after: ms === null || ms < 0 ? null : `+ ${spanWords(ms)}` };
  });
}
