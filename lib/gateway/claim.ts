import { setTimeout as sleep } from "node:timers/promises";
import type { Claim, Ledger, NewPayment } from "./ports";
import type { ChargeCheck } from "./scheme";

/** How long a copy of a call waits for the one that is being worked on. */
const WAIT_FOR_TWIN_MS = 2_000;
const WAIT_STEP_MS = 100;

/**
 * Claims a payment, waiting a moment for a copy of the same call that got there first, or for its payer's funds, which
 * are then checked again.
 */
export async function claimPatiently(
  ledger: Pick<Ledger, "claim">,
  wanted: NewPayment,
  checkAgain?: () => Promise<ChargeCheck>,
): Promise<Claim> {
  const until = performance.now() + WAIT_FOR_TWIN_MS;
  let { funds } = wanted;
  for (;;) {
    const claimed = await ledger.claim({ ...wanted, funds });
    const mayChange = claimed.kind === "busy" || claimed.kind === "overdrawn";
    if (!mayChange || performance.now() >= until) return claimed;
    await sleep(WAIT_STEP_MS);
    if (claimed.kind !== "overdrawn" || !checkAgain) continue;
    // What its payer had on the way may have settled by now, and the balance known of it.
    const checked = await checkAgain();
    if (checked.fault !== null) return { kind: "refused", code: checked.fault };
    funds = checked.funds;
  }
}
