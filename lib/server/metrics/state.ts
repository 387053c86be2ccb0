import { Gauge } from "prom-client";
import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { readQueues } from "@/lib/server/operations/queue";
import { readLedgerAgainstChain } from "@/lib/server/operations/sweeps";
import type { Metrics } from "./metrics";

const secondsSince = (at: Date | null) =>
  at === null ? 0 : Math.max(0, (Date.now() - at.getTime()) / 1_000);

/** Adds how pools stand: connections in use and works waiting for one now, works that ever waited, and were refused. */
export function addPools(
  { registry, beforeRead }: Metrics,
  pools: Record<string, Pick<Database, "counts">>,
): void {
  const pool = new Gauge({
    name: "farebox_pool",
    help: "Connections in use and works waiting for one now; works that ever waited, and were refused.",
    labelNames: ["pool", "what"],
    registers: [registry],
  });
  beforeRead(async () => {
    for (const [name, { counts }] of Object.entries(pools)) {
      for (const [what, count] of Object.entries(counts())) pool.set({ pool: name, what }, count);
    }
  });
}

/** Adds what the database says of the ledger: queues, the oldest unsettled payment, sweeps and what they found. */
export function addLedger(
  { registry, beforeRead }: Metrics,
  { db }: Pick<Database, "db">,
  networks: string[],
): void {
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const depth = gauge("farebox_queue_payments", "Payments held, submitting and owed.", ["network", "state"]);
  const oldest = gauge("farebox_oldest_unsettled_seconds", "Age of the oldest submitted payment.", [
    "network",
  ]);
  const swept = gauge("farebox_last_sweep_seconds", "Time since ledger and chain were compared.", [
    "network",
    "worker",
  ]);
  const findings = gauge("farebox_open_findings", "Disagreements of ledger and chain.", []);
  const answers = gauge("farebox_database_answers", "1 while the database could be asked for the above.", []);
  beforeRead(async () => {
    for (const each of [depth, oldest, swept, findings]) each.reset();
    try {
      const [queues, ledger] = await Promise.all([readQueues(db, networks), readLedgerAgainstChain(db)]);
      for (const { network, held, submitting, owed, oldestSubmittedAt } of queues) {
        for (const [state, count] of Object.entries({ held, submitting, owed }))
          depth.set({ network, state }, count);
        oldest.set({ network }, secondsSince(oldestSubmittedAt));
      }
      for (const { network, worker, advancedAt } of ledger.cursors)
        swept.set({ network, worker }, secondsSince(advancedAt));
      findings.set(ledger.openFindings);
      answers.set(1);
    } catch {
      answers.set(0);
    }
  });
}

/** Adds how RPCs and facilitators do, as this process sees them, and how many settlements each relayer can still pay for. */
export function addChains({ registry, beforeRead }: Metrics, chains: ReadonlyMap<string, Chain>): void {
  const gas = new Gauge({
    name: "farebox_relayer_settlements_left",
    help: "Settlements a relayer can still pay for.",
    labelNames: ["network", "relayer"],
    registers: [registry],
  });
  const well = new Gauge({
    name: "farebox_part_well",
    help: "1 while an RPC or a facilitator is well.",
    labelNames: ["network", "part", "host"],
    registers: [registry],
  });
  const read = async (network: string, chain: Chain) => {
    const { rpcs, facilitator, relayers } = await chain.health();
    for (const { address, gas: left } of relayers) {
      if (left) gas.set({ network, relayer: address }, Number(left.settlements));
    }
    for (const { host, state } of rpcs) well.set({ network, part: "rpc", host }, Number(state === "well"));
    if (facilitator)
      well.set(
        { network, part: "facilitator", host: facilitator.host },
        Number(facilitator.state === "well"),
      );
  };
  beforeRead(async () => {
    for (const gauge of [gas, well]) gauge.reset();
    await Promise.all([...chains].map(([network, chain]) => read(network, chain)));
  });
}
