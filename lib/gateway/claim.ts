import { setTimeout as sleep } from "node:timers/promises";
import type { Claim, Ledger, NewPayment } from "./ports";
import type { ChargeCheck } from "./scheme";

/** How long a copy of a call waits for the one that is being worked on. */
const WAIT_FOR_TWIN_MS = 2_000;
const WAIT_STEP_MS = 100;

/** How a payment is checked again that waited for its payer's funds. */
export interface AnotherLook {
  check(): Promise<ChargeCheck>;
  /** Whether the ledger knows the payment by now. */
  isSeen(): Promise<boolean>;
}

/**
 * Claims a payment, waiting a moment for a copy of the same call that got there first, or for its payer's funds, which
 * are then checked again.
 */
export async function claimPatiently(
  ledger: Pick<Ledger, "claim">,
  payment: NewPayment,
  again?: AnotherLook,
): Promise<Claim> {
  const until = performance.now() + WAIT_FOR_TWIN_MS;
  let wanted = payment;
  for (;;) {
    const claimed = await ledger.claim(wanted);
    const mayChange = claimed.kind === "busy" || claimed.kind === "overdrawn";
    if (!mayChange || performance.now() >= until) return claimed;
    await sleep(WAIT_STEP_MS);
    if (claimed.kind !== "overdrawn" || !again) continue;
    // What its payer had on the way may have settled by now, and the balance known of it.
    const checked = await again.check();
    if (checked.fault === null) wanted = { ...payment, funds: checked.funds };
    // A used nonce may be the mark of a copy of this very call, charged meanwhile: then the ledger knows better.
    else if (!(await again.isSeen())) return { kind: "refused", code: checked.fault };
  }
}
