import { setTimeout as sleep } from "node:timers/promises";
import type { Hop, Step } from "./events";
import type { PaymentProgress } from "./progress";

const POLL_MS = 25;

/** The hops a payment's row proves, in the order in which they happened: an endpoint may charge before it calls. */
function hopsOf(row: PaymentProgress): Hop[] {
  const { presentedAt, claimedAt, answeredAt, submittedAt, provenAt } = row;
  const hops: { step: Step; text: string; from: Date; at: Date }[] = [
    { step: "verification", text: "verified", from: presentedAt, at: claimedAt },
  ];
  if (answeredAt !== null) {
    const paidFirst = provenAt !== null && provenAt < answeredAt;
    const text = row.upstreamStatus === null ? "upstream answered" : `upstream ${row.upstreamStatus}`;
    hops.push({ step: "upstream", text, from: paidFirst ? provenAt : claimedAt, at: answeredAt });
  }
  if (submittedAt !== null && provenAt !== null) {
    hops.push({ step: "settlement", text: `settled in block ${row.block}`, from: submittedAt, at: provenAt });
  }
  return hops
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ step, text, from, at }) => {
      return { kind: "hop", step, text, tookMs: Math.max(0, at.getTime() - from.getTime()) };
    });
}

/** Yields each hop once, as the payment's row shows it, until `done` is settled and the row was read once more. */
export async function* hopsUntil(
  done: Promise<unknown>,
  read: () => Promise<PaymentProgress | null>,
  seen: Set<Step>,
): AsyncGenerator<Hop> {
  let over = false;
  const settled = done.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  for (;;) {
    const lastLook = over;
    const row = await read();
    for (const hop of row ? hopsOf(row) : []) {
      if (seen.has(hop.step)) continue;
      seen.add(hop.step);
      yield hop;
    }
    if (lastLook) return;
    await Promise.race([sleep(POLL_MS), settled]);
  }
}
