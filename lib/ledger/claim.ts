import type { Claim, NewPayment } from "@/lib/gateway/ports";
import { newId } from "@/lib/ids";
import type { Leases } from "./lease";
import type { Look } from "./look";
import { readPayment } from "./payment-row";
import { type StandingParts, standing } from "./standing";
import { openTake } from "./take";

/** What claiming needs of the ledger. */
export interface ClaimParts extends StandingParts {
  look: Look;
  leases: Leases;
  /** Whether a merchant has used up its gas of the day on a network. */
  isGasSpent(merchantId: string, network: string): Promise<boolean>;
}

/** Opens claiming: the taking of a payment to work on it, which decides races. */
export function openClaim(parts: ClaimParts): (payment: NewPayment) => Promise<Claim> {
  const { db, look, leases } = parts;
  const take = openTake(db);

  return async (payment) => {
    const isGasSpent = await parts.isGasSpent(payment.merchantId, payment.network);
    const [id, lease] = [newId(), newId()];
    const taken = await take({ payment, id, lease, isGasSpent });
    if (taken.id === null) {
      const found = await look(payment.identity);
      const stands = found && (await standing(parts, found, payment));
      if (stands) return stands;
      if (taken.refusal === "insufficient_funds") return { kind: "overdrawn" };
      // Without a reason, what was in the way a moment ago is gone.
      return taken.refusal === null ? { kind: "busy" } : { kind: "refused", code: taken.refusal };
    }
    if (taken.id !== id) {
      const claimed = await readPayment(db, taken.id, lease);
      leases.hold(lease, taken.id);
      return { kind: claimed.delivery === "ready" ? "charge" : "work", payment: claimed };
    }
    leases.hold(lease, id);
    const { charge } = taken;
    const now = { id, charge, money: "held", delivery: "pending", attempt: 1, lease } as const;
    // Spreading an object of so many parts takes ten times as long.
    return { kind: "work", payment: Object.assign({}, payment, now) };
  };
}
