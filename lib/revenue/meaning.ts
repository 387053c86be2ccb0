import { reasonFor } from "@/lib/x402/reasons";
import type { DeliveryState, MoneyState } from "./scope";

/** How often the upstream is asked for one payment. */
const MOST_ATTEMPTS = 5;

/** What of a payment decides what it means. */
export interface PaymentFacts {
  money: MoneyState;
  delivery: DeliveryState;
  attempt: number;
  reason: string | null;
  upstreamStatus: number | null;
  /** Unix seconds after which an unsettled authorization is worth nothing. */
  validBefore: bigint;
}

/** A payment in plain words: what happened, what it means for the money, what to do. */
export interface Meaning {
  tone: "positive" | "info" | "warning" | "danger";
  title: string;
  sentence: string;
  /** What the merchant can do; null when nothing needs doing. */
  todo: string | null;
}

/** Codes whose words address the caller, said to the merchant instead. */
const TO_THE_MERCHANT: Readonly<Record<string, string>> = {
  upstream_unreachable: "Your upstream could not be reached.",
  upstream_invalid: "Your upstream gave an answer that cannot be passed on.",
  upstream_timeout: "Your upstream did not answer in time.",
  upstream_status: "Your upstream answered with a status other than 2xx.",
};

function fault({ reason, upstreamStatus }: PaymentFacts): string {
  if (reason === null) return "The last attempt gave no answer.";
  if (reason === "upstream_status" && upstreamStatus !== null)
    return `Your upstream answered ${upstreamStatus}.`;
  return TO_THE_MERCHANT[reason] ?? reasonFor(reason)?.detail ?? "The last attempt gave no answer.";
}

function paid(facts: PaymentFacts): Meaning {
  const left = MOST_ATTEMPTS - facts.attempt;
  const tries = left === 1 ? "once more" : `up to ${left} more times`;
  switch (facts.delivery) {
    case "ready":
      return {
        tone: "positive",
        title: "Paid and delivered",
        sentence: "The money is at your payout address and the payer has the answer.",
        todo: null,
      };
    case "streaming":
      return {
        tone: "positive",
        title: "Paid, and streamed to the payer",
        sentence:
          left > 0
            ? `The answer was passed on as it came and is not kept. If the payer lost it, presenting the same payment asks your upstream again, ${tries}, without another charge.`
            : "The answer was passed on as it came and is not kept.",
        todo: null,
      };
    case "pending":
      return {
        tone: "info",
        title: "Paid, the answer is on its way",
        sentence:
          "The money is at your payout address. Your upstream has been asked and has not answered yet.",
        todo: null,
      };
    case "failed":
      return {
        tone: "danger",
        title: "Paid, not delivered",
        sentence: `${fault(facts)} The money is at your payout address, so you owe this answer.`,
        todo:
          left > 0
            ? `Get your upstream answering again. The payer can then present the same payment ${tries}, without paying again.`
            : "All five attempts are used. Refund the payer from your payout wallet, or deliver the answer another way.",
      };
  }
}

function held(facts: PaymentFacts, now: Date): Meaning {
  const expired = facts.validBefore * 1000n <= BigInt(now.getTime());
  if (facts.delivery === "failed") {
    const again = !expired && facts.attempt < MOST_ATTEMPTS;
    return {
      tone: "warning",
      title: "Not charged",
      sentence: `${fault(facts)} The payer's authorization was not used. ${
        again
          ? "The payer can present the same payment again while it is valid."
          : "It can no longer be used, so nothing more will come of it."
      }`,
      todo: "Look at your upstream's own log for this time.",
    };
  }
  if (facts.delivery === "ready") {
    return {
      tone: "info",
      title: "Answered, not charged yet",
      sentence: expired
        ? "Your upstream answered, but the authorization ran out before it was charged. The answer was not given out."
        : "Your upstream answered. The answer is kept back until the payment settles.",
      todo: null,
    };
  }
  return {
    tone: "info",
    title: "Waiting for your upstream",
    sentence: "The payer signed an authorization. It is charged only when your upstream gives an answer.",
    todo: null,
  };
}

/** Says what a payment means, from both its states. */
export function meaningOf(facts: PaymentFacts, now: Date): Meaning {
  switch (facts.money) {
    case "settled":
    case "final":
      return paid(facts);
    case "held":
      return held(facts, now);
    case "submitting":
      return {
        tone: "info",
        title: "Sent to the network",
        sentence:
          "The transfer was sent and the network has not confirmed it yet. Farebox keeps looking until it is certain. The payer is not asked to pay again.",
        todo: null,
      };
    case "void":
      return {
        tone: "warning",
        title: "Not charged",
        sentence: `${fault(facts)} This payment cannot be used again.`,
        todo: null,
      };
  }
}
