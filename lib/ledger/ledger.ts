import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import type { Ledger } from "@/lib/gateway/ports";
import type { Log } from "@/lib/log";
import type { Sealer } from "@/lib/seal";
import { claim, findPayment } from "./claim";
import { beginStream, failDelivery, keepAnswer, releaseLease } from "./deliver";
import { openGasCap } from "./gas-cap";
import type { GasPolicies } from "./gas-policy";
import { openLeases } from "./lease";
import { settle } from "./settle";

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
  const isGasSpent = openGasCap(db, gas);
  return {
    find: (identity, signature) => findPayment(db, identity, signature),
    claim: (payment) => claim({ db, sealer, leases, isGasSpent }, payment),
    keepAnswer: (payment, answer) => keepAnswer(db, sealer, payment, answer),
    beginStream: (payment, status) => beginStream(db, payment, status),
    fail: (payment, code, upstreamStatus) => failDelivery(db, payment, code, upstreamStatus),
    settle: (payment) => {
      const chain = chains.get(payment.network);
      if (!chain) throw new Error(`Payment ${payment.id} is on ${payment.network}, which is not configured`);
      return settle(db, chain, payment, log);
    },
    release(payment) {
      leases.drop(payment.lease);
      // Without it the lease ends by itself a few seconds later.
      releaseLease(db, payment).catch((error: unknown) => log.warn("lease.release_failed", { error }));
    },
    close: () => leases.stop(),
  };
}
