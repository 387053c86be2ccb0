import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { groupCommit } from "@/lib/db/group-commit";
import type { Ledger } from "@/lib/gateway/ports";
import type { Log } from "@/lib/log";
import type { Sealer } from "@/lib/seal";
import { openClaim } from "./claim";
import { beginStream, openFailing, openKeeping, openReleasing } from "./deliver";
import { openGasCap } from "./gas-cap";
import type { GasPolicies } from "./gas-policy";
import { openLeases } from "./lease";
import { openLook } from "./look";
import { type ProvenPayment, recordSettlements } from "./record";
import { settle } from "./settle";
import { outcome } from "./standing";
import { openSubmit } from "./submit-group";

/** What the ledger is made of. */
export interface LedgerParts {
  db: Database["db"];
  sealer: Sealer;
  chains: ReadonlyMap<string, Chain>;
  /** What limits the gas a merchant may take. */
  gas: GasPolicies;
  log: Log;
}

/** Opens the payment state machine for the gateway; `close` stops renewing leases. */
export function openLedger({ db, sealer, chains, gas, log }: LedgerParts): Ledger & { close(): void } {
  const leases = openLeases(db, log);
  const look = openLook(db);
  const parts = { db, sealer, leases, look, isGasSpent: openGasCap(db, gas) };
  const submit = openSubmit(db);
  const record = groupCommit((proven: readonly ProvenPayment[]) => recordSettlements(db, proven));
  const releaseLease = openReleasing(db);
  return {
    async find(identity, signature) {
      const found = await look(identity);
      return (
        found && {
          begun: found.money !== "held" || found.delivery === "ready",
          sameSignature: found.signature === signature,
          outcome: (payment) => outcome(parts, found, payment),
        }
      );
    },
    claim: openClaim(parts),
    keepAnswer: openKeeping(db, sealer),
    beginStream: (payment, status) => beginStream(db, payment, status),
    fail: openFailing(db),
    settle: (payment) => {
      const chain = chains.get(payment.network);
      if (!chain) throw new Error(`Payment ${payment.id} is on ${payment.network}, which is not configured`);
      const bookOne = async (proven: ProvenPayment) => {
        const { booked, isAtRest } = await record(proven);
        if (isAtRest) leases.drop(payment.lease);
        return booked;
      };
      return settle({ db, chain, submit, record: bookOne, log }, payment);
    },
    release(payment) {
      if (!leases.drop(payment.lease)) return;
      // Without it the lease ends by itself a few seconds later.
      releaseLease(payment).catch((error: unknown) => log.warn("lease.release_failed", { error }));
    },
    close: () => leases.stop(),
  };
}
