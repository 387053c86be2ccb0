import { Counter, Histogram, Registry } from "prom-client";
import type { CallUpstream, Ledger } from "@/lib/gateway/ports";
import type { Log } from "@/lib/log";

/** From a 402 made from memory to a settlement on a slow chain, in seconds. */
const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

/** What this process counts and times of its own work. */
export interface Metrics {
  registry: Registry;
  /** Has something brought up to date whenever the metrics are read; it must not throw. */
  beforeRead(refresh: () => Promise<void>): void;
  /** All metrics, as Prometheus reads them. */
  read(): Promise<string>;
  /** Counts an answer by its HTTP status, and times it until its head. */
  answered(role: "gateway" | "web", status: number, tookMs: number): void;
  /** Times how long upstreams take to their response head, by what came of it. */
  timeUpstream(callUpstream: CallUpstream): CallUpstream;
  /** Times charging payments, by network and outcome. */
  timeSettle(settle: Ledger["settle"]): Ledger["settle"];
  /** Counts the warnings and errors that are logged, by event: failures of RPCs and workers, outages, bugs. */
  countLines(log: Log): Log;
}

/** Makes the metrics of a process; nothing is counted across processes, that is for who reads them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "farebox_requests_total",
    help: "Answers by HTTP status.",
    labelNames: ["role", "status"],
    registers,
  });
  const answers = new Histogram({
    name: "farebox_request_seconds",
    help: "Time to the head of an answer.",
    labelNames: ["role"],
    buckets: SECONDS,
    registers,
  });
  const upstreams = new Histogram({
    name: "farebox_upstream_seconds",
    help: "Time to the head of an upstream's response, by what came of it.",
    labelNames: ["outcome"],
    buckets: SECONDS,
    registers,
  });
  const settlements = new Histogram({
    name: "farebox_settle_seconds",
    help: "Time to charge a payment, by what came of it.",
    labelNames: ["network", "outcome"],
    buckets: SECONDS,
    registers,
  });
  const lines = new Counter({
    name: "farebox_log_lines_total",
    help: "Warnings and errors logged, by event; rpc_failed counts failures of RPCs.",
    labelNames: ["level", "event"],
    registers,
  });
  const refreshes: (() => Promise<void>)[] = [];
  const secondsSince = (began: number) => (performance.now() - began) / 1_000;
  return {
    registry,
    beforeRead: (refresh) => void refreshes.push(refresh),
    async read() {
      await Promise.all(refreshes.map((refresh) => refresh()));
      return registry.metrics();
    },
    answered(role, status, tookMs) {
      requests.inc({ role, status });
      answers.observe({ role }, tookMs / 1_000);
    },
    timeUpstream: (callUpstream) => async (call) => {
      const began = performance.now();
      const result = await callUpstream(call);
      upstreams.observe({ outcome: result.ok ? "answered" : result.reason }, secondsSince(began));
      return result;
    },
    timeSettle: (settle) => async (payment) => {
      const began = performance.now();
      const charge = await settle(payment);
      const { network } = payment;
      settlements.observe({ network, outcome: charge.outcome }, secondsSince(began));
      return charge;
    },
    countLines: (log) => ({
      info: log.info,
      warn(event, fields) {
        lines.inc({ level: "warn", event });
        log.warn(event, fields);
      },
      error(event, fields) {
        lines.inc({ level: "error", event });
        log.error(event, fields);
      },
    }),
  };
}
