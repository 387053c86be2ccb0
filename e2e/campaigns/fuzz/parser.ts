import type { Context, Figures } from "@/e2e/campaigns/campaign";
import type { SignedPayment } from "@/e2e/campaigns/payers";
import { createExactScheme } from "@/lib/gateway/exact";
import type { QuotedNetwork } from "@/lib/gateway/ports";
import { readPaymentHeader } from "@/lib/x402/payment-header";
import { MUTATIONS, type Mutation } from "./mutations";
import type { Line } from "./rewrite";

/** What the reader of payment headers must never do. */
export const FATES = "G2-G5, A6: a header is read or refused as its mutation says";
/** What reading one may cost. */
export const CPU = "G2: reading a header takes at most 5 ms of CPU";

/** Headers of one mutation that are timed together; so many that the clock's steps do not matter. */
const BATCH = 64;
const MOST_CPU_MS = 5;

/** Reads headers in this process, as the gateway does before it asks anyone about them; nothing may be thrown. */
export async function fuzzParser(
  payments: readonly [SignedPayment, ...SignedPayment[]],
  networks: readonly QuotedNetwork[],
  headers: number,
  { random, hold, progress }: Pick<Context, "random" | "hold" | "progress">,
): Promise<Figures> {
  const read = openReader(networks);
  const asSigned = new Map(
    payments.map((payment) => [payment, read(Object.entries(payment.headers)).identity]),
  );
  const outcomes = new Map<string, number>();
  let slowestMs = 0;
  let slowest = "";
  for (let done = 0; done < headers; done += BATCH) {
    const chance = random.fork(`batch ${done}`);
    const mutation = nth(done / BATCH);
    const batch = Array.from({ length: BATCH }, () => {
      const payment = chance.pick(payments);
      return { payment, lines: mutation.rewrite(payment, chance) };
    });
    const before = process.cpuUsage();
    const told = batch.map(({ lines }) => read(lines));
    const { user, system } = process.cpuUsage(before);
    const cpuMs = (user + system) / 1_000 / BATCH;
    if (cpuMs > slowestMs) [slowestMs, slowest] = [cpuMs, mutation.kind];
    hold(CPU, BATCH, cpuMs > MOST_CPU_MS ? [`${mutation.kind}: ${cpuMs} ms`] : []);
    const wrong = batch.flatMap(({ payment, lines }, i) =>
      unfit(mutation, lines, told[i], asSigned.get(payment)),
    );
    hold(FATES, BATCH, wrong);
    for (const { outcome } of told) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    progress(done, headers, mutation.kind);
    // Lets the rest of this process live.
    await new Promise(setImmediate);
  }
  const counted = Object.fromEntries([...outcomes].map(([outcome, count]) => [`parser: ${outcome}`, count]));
  return { ...counted, slowestHeaderCpuMs: Number(slowestMs.toFixed(3)), slowestHeader: slowest };
}

/** The mutations in turn. */
function nth(batch: number): Mutation {
  const mutation = MUTATIONS[batch % MUTATIONS.length];
  if (!mutation) throw new Error("There are no mutations");
  return mutation;
}

/** What came of reading a header: `read`, or the code it is refused with; and who it says pays with which nonce. */
interface Told {
  outcome: string;
  identity: string | null;
}

type Reader = (lines: readonly Line[]) => Told;

function openReader(networks: readonly QuotedNetwork[]): Reader {
  const notHere = () => {
    throw new Error("Reading a header asks nobody");
  };
  const scheme = createExactScheme({
    networks,
    chainOf: notHere,
    settle: notHere,
    now: () => 0n,
    lowestPrice: () => 0n,
  });
  return (lines) => {
    try {
      const header = readPaymentHeader(lines);
      if (!header.ok) return { outcome: header.code, identity: null };
      if (header.payment === null) return { outcome: "no payment", identity: null };
      if (header.payment.scheme !== scheme.name) return { outcome: "another scheme", identity: null };
      const exact = scheme.read(header.payment);
      if (!exact.ok) return { outcome: exact.code, identity: null };
      return { outcome: "read", identity: Buffer.from(exact.payment.identity).toString("hex") };
    } catch (error) {
      return { outcome: `threw ${error}`, identity: null };
    }
  };
}

function unfit(
  { kind, fate }: Mutation,
  lines: readonly Line[],
  told: Told | undefined,
  asSigned: string | null | undefined,
): string[] {
  if (told === undefined) return [];
  const { outcome, identity } = told;
  const wrong =
    outcome.startsWith("threw") ||
    (fate === "read" && (outcome !== "read" || identity !== asSigned)) ||
    (fate === "refused" && (outcome === "read" || outcome === "no payment"));
  return wrong ? [`${kind}: ${outcome}: ${JSON.stringify(lines).slice(0, 3_000)}`] : [];
}
