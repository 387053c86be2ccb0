import { type Load, load } from "./load";
import { cpuMs, type Server } from "./processes";
import { median } from "./statistics";

/** What a server did under a load. */
export interface Flooded {
  answers: number;
  perSecond: number;
  p50Ms: number;
  latenciesMs: number[];
  /** Processor time of the server's process for each answer, in µs; it says the same on a busy machine. */
  cpuUs: number;
}

/** Loads a server, and counts the processor time it takes. */
export async function flood(
  { port, pid }: Pick<Server, "port" | "pid">,
  how: Omit<Load, "port">,
): Promise<Flooded> {
  const before = await cpuMs(pid);
  const { answers, perSecond, latenciesMs } = await load({ ...how, port });
  const cpuUs = (((await cpuMs(pid)) - before) * 1000) / answers;
  return { answers, perSecond, latenciesMs, p50Ms: median(latenciesMs), cpuUs };
}

/** Says in words what a server did: the medians over its rounds. */
export function inWords(rounds: readonly Flooded[]): string {
  const perSecond = median(rounds.map((round) => round.perSecond));
  const cpuUs = median(rounds.map((round) => round.cpuUs));
  return `${Math.round(perSecond)}/s, p50 ${median(rounds.map(({ p50Ms }) => p50Ms)).toPrecision(3)} ms, ${Math.round(cpuUs)} µs CPU`;
}

/** The requests per second of each round. */
export function rates(rounds: readonly Flooded[]): number[] {
  return rounds.map(({ perSecond }) => perSecond);
}
