import type { PresentedPayment } from "@/lib/x402/payment-header";
import type { ReasonCode } from "@/lib/x402/reasons";
import type { KnownPayment, Ledger } from "./ports";
import type { Scheme, SchemePayment } from "./scheme";

/** A payment as it came with a call: read by its scheme and being looked up, or why it is none. */
export type Presentation =
  | {
      ok: true;
      presented: PresentedPayment;
      scheme: Scheme;
      payment: SchemePayment;
      known: Promise<KnownPayment | null>;
    }
  | { ok: false; code: ReasonCode };

/** Reads a payment, and begins to look it up: that takes as long as finding its endpoint, and waits for nothing of it. */
export function present(
  schemes: readonly Scheme[],
  ledger: Pick<Ledger, "find">,
  presented: PresentedPayment,
): Presentation {
  const scheme = schemes.find(({ name }) => name === presented.scheme);
  if (!scheme) return { ok: false, code: "payment_terms_changed" };
  const read = scheme.read(presented);
  if (!read.ok) return read;
  const { payment } = read;
  const known = ledger.find(payment.identity, payment.signature);
  // A call may be refused before anybody waits for it; who does wait hears of its failure.
  known.catch(() => {});
  return { ok: true, presented, scheme, payment, known };
}
