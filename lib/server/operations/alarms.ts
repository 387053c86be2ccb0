import type { ChainHealth } from "@/lib/chain/chain";
import type { Queue } from "./queue";
import type { LedgerAgainstChain } from "./sweeps";

/** A payment that was sent should be proven sooner than this. */
const SUBMITTED_TOO_LONG_MS = 60_000;
/** The chain is swept every 30 s; this long without is a worker that does not run. */
const SWEEP_TOO_OLD_MS = 5 * 60_000;

/** What a network's parts say, where they could be asked. */
export interface NetworkHealth {
  /** CAIP-2 id. */
  network: string;
  /** For people. */
  name: string;
  health: ChainHealth;
}

/** What an operator has to see to, one sentence each; none when all is well. */
export function alarmsOf(
  queues: readonly Queue[],
  ledger: LedgerAgainstChain,
  networks: readonly NetworkHealth[],
  now: Date,
): string[] {
  const nameOf = (id: string) => networks.find(({ network }) => network === id)?.name ?? id;
  const age = (at: Date) => now.getTime() - at.getTime();
  const late = queues.filter(({ oldestSubmittedAt: at }) => at !== null && age(at) > SUBMITTED_TOO_LONG_MS);
  // Of a network that was switched off nothing is swept any more.
  const swept = ledger.cursors.filter(
    ({ worker, network: id }) => worker === "sweep" && networks.some(({ network }) => network === id),
  );
  const unswept = networks.filter(({ network }) => swept.every((cursor) => cursor.network !== network));
  const stale = swept.filter(({ advancedAt }) => age(advancedAt) > SWEEP_TOO_OLD_MS);
  return [
    ...late.map(
      ({ network }) => `A payment on ${nameOf(network)} was sent over a minute ago and is not proven.`,
    ),
    ...networks.flatMap(partsOf),
    ...stale.map(
      ({ network }) => `The chain of ${nameOf(network)} was not swept for five minutes: no worker runs.`,
    ),
    ...unswept.map(({ name }) => `The chain of ${name} was never swept: no worker runs.`),
    ...(ledger.openFindings > 0 ? ["The ledger and the chain disagree; see below."] : []),
  ];
}

function partsOf({ name, health: { rpcs, facilitator, relayers } }: NetworkHealth): string[] {
  const short = relayers.filter(({ gas }) => gas !== null && gas.balance < gas.needed);
  const well = rpcs.filter(({ state }) => state === "well");
  return [
    ...(well.length === 0 ? [`No RPC of ${name} is well: payments there are refused.`] : []),
    ...(well.length > 0 && well.length < rpcs.length ? [`An RPC of ${name} is not well.`] : []),
    ...(facilitator && facilitator.state !== "well" ? [`The facilitator of ${name} is not well.`] : []),
    ...(short.length > 0 && short.length < relayers.length
      ? [`A relayer of ${name} is short of gas: it sends nothing.`]
      : []),
    ...(short.length > 0 && short.length === relayers.length
      ? [`The relayer of ${name} is short of gas: payments there are refused.`]
      : []),
  ];
}
