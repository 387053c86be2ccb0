import { type Answered, type Load, load } from "./load";
import { cpuMs, type Server } from "./processes";
import { median } from "./statistics";

/** What a server did under a load. */
export interface Flooded extends Answered {
  p50Ms: number;
  /** Processor time of the server's process for each answer, in µs; it says the same on a busy machine. */
  cpuUs: number;
}

/** Loads a server, and counts the processor time it takes. */
export async function flood(
  { port, pid }: Pick<Server, "port" | "pid">,
  how: Omit<Load, "port">,
): Promise<Flooded> {
  const before = await cpuMs(pid);
  const answered = await load({ ...how, port });
  const cpuUs = (((await cpuMs(pid)) - before) * 1000) / answered.answers;
  return { ...answered, p50Ms: median(answered.latenciesMs), cpuUs };
}

/** Says in words what a server did: the medians over its rounds, and whether it refused any. */
export function inWords(rounds: readonly Flooded[]): string {
  const [rate, p50, cpu] = [
    median(rates(rounds)),
    median(rounds.map(({ p50Ms }) => p50Ms)),
    median(rounds.map(({ cpuUs }) => cpuUs)),
  ];
  const refused = rounds.reduce((sum, round) => sum + round.refused, 0);
  const words = `${Math.round(rate)}/s, p50 ${p50.toPrecision(3)} ms, ${Math.round(cpu)} µs CPU`;
  return refused === 0 ? words : `${words}, ${refused} refused`;
}

/** The requests per second of each round. */
export function rates(rounds: readonly Flooded[]): number[] {
  return rounds.map(({ perSecond }) => perSecond);
}
