import { inRequest } from "@/lib/log";
import type { ClaimedPayment, Ledger, NamedRequest } from "./ports";

/** A stream of an upstream's on its way to whoever paid for it. */
export interface PaidStream {
  body: AsyncIterable<Uint8Array>;
  /** Ends it at the upstream; safe to call at any time. */
  destroy(): void;
  payment: ClaimedPayment;
  request: NamedRequest;
}

/** Pipes a paid stream; one that breaks off is noted, so that its payment can be presented for a fresh answer. */
export async function* pipe(
  ledger: Pick<Ledger, "fail" | "release">,
  { body, destroy, payment, request }: PaidStream,
): AsyncGenerator<Uint8Array> {
  const callerGone = request.signal;
  callerGone.addEventListener("abort", destroy);
  // It may have left while it was charged, which no listener hears of any more.
  if (callerGone.aborted) destroy();
  try {
    yield* body;
  } catch (error) {
    if (!callerGone.aborted) await inRequest(request.id, () => ledger.fail(payment, "upstream_invalid"));
    throw error;
  } finally {
    callerGone.removeEventListener("abort", destroy);
    destroy();
    // Whoever reads the stream does so outside of the request.
    inRequest(request.id, () => ledger.release(payment));
  }
}
