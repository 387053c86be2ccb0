import { collectDefaultMetrics } from "prom-client";
import { openDatabase } from "@/lib/db/client";
import { migrateDatabase } from "@/lib/db/migrate";
import { type Env, givenEnv } from "@/lib/env";
import { runWorkers } from "@/lib/ledger/workers/run";
import { type Log, log } from "@/lib/log";
import { keepTallies } from "@/lib/revenue/tally/keep";
import { completeConfiguration, planConfiguration } from "./configure";
import { CannotStart, failOnUncaught, failToStart } from "./failure";
import { type Handler, openFront } from "./front";
import { openGateway } from "./gateway";
import { watchReadiness } from "./health";
import { reportLostBlocks } from "./local-chain";
import { serveMetrics } from "./metrics/endpoint";
import { createMetrics, type Metrics } from "./metrics/metrics";
import { addChains, addLedger, addPools } from "./metrics/state";
import { installParts } from "./parts";
import { createRoutes } from "./routes";
import { onStopSignal } from "./stop";
import { openWeb } from "./web";
import { welcome, writeLocalFacts } from "./welcome";

/** How long requests in flight may take to end when the process is told to stop. */
const GRACE_MS = 60_000;
/** The workers' own, so that neither they nor the requests use up the other's; and they have time to wait for one. */
const WORKER_CONNECTIONS = 5;
const WORKER_WAIT_MS = 4_000;

/** How the process is started. */
export interface StartOptions {
  /** Serve the dashboard from its sources. */
  dev: boolean;
  /** Builds the dashboard when its build is stale; false when that failed. */
  build(): Promise<boolean>;
}

/** Runs Farebox in this process until it is told to stop; a start that fails ends the process with a line that says why. */
export async function main(options: StartOptions): Promise<void> {
  // What was opened last is closed first.
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  failOnUncaught(log);
  onStopSignal(log, close);
  try {
    await start(options, closers);
  } catch (error) {
    await close();
    failToStart(error);
  }
}

async function start({ dev, build }: StartOptions, closers: (() => Promise<unknown>)[]): Promise<void> {
  const plan = planConfiguration(givenEnv());
  const front = await openFront(plan.env.PORT, plan.env.HOST).catch((error: NodeJS.ErrnoException) => {
    throw new CannotStart(cannotListen(error, plan.env));
  });
  const has = (role: Env["FAREBOX_ROLES"][number]) => plan.env.FAREBOX_ROLES.includes(role);
  if (has("web") && !dev && !(await build())) {
    throw new CannotStart("The dashboard could not be built; what the build said is above.");
  }
  const { env, localnet } = await completeConfiguration(plan, front.port, log);
  closers.push(localnet.stop);
  await migrateDatabase(env.DATABASE_URL).catch((error: NodeJS.ErrnoException) => {
    throw new CannotStart(`DATABASE_URL: the database cannot be used: ${error.message || error.code}`);
  });
  const metrics = createMetrics();
  const parts = installParts(env, metrics.countLines(log));
  closers.push(parts.database.close);
  if (localnet.facts?.reloaded) await reportLostBlocks(parts);

  const web = has("web") ? await openWeb(dev, front.port, env) : null;
  if (web) closers.push(web.close);
  const gateway = has("gateway") ? await openGateway(parts, metrics) : null;
  if (gateway) closers.push(async () => gateway.close());
  const workers = has("worker") ? openDatabase(env.DATABASE_URL, WORKER_CONNECTIONS, WORKER_WAIT_MS) : null;
  if (workers) {
    closers.push(workers.close);
    const stopping = new AbortController();
    const done = Promise.all([
      runWorkers(workers.db, parts.chains, parts.log, stopping.signal),
      keepTallies(workers.db, parts.log, stopping.signal),
    ]);
    closers.push(() => {
      stopping.abort();
      return done;
    });
    addLedger(metrics, workers, [...parts.chains.keys()]);
  }
  addPools(metrics, { requests: parts.database, ...(workers && { workers }) });
  addChains(metrics, parts.chains);
  collectDefaultMetrics({ register: metrics.registry });
  const readiness = watchReadiness(parts);
  closers.push(() => front.drain({ noticeMs: env.FAREBOX_STOP_NOTICE_MS, graceMs: GRACE_MS }));
  const routes = createRoutes(
    {
      gateway: gateway?.handle ?? null,
      web: web?.handle ?? null,
      jwks: gateway && JSON.stringify(gateway.jwks),
      ready: async () => (front.stopping ? ["This process is about to stop."] : readiness()),
      metrics: metricsPage(env, metrics, parts.log),
      answered: metrics.answered,
      gatewayHost: ownHost(env),
    },
    parts.log,
  );
  front.serve(routes);
  if (localnet.facts && localnet.first) await writeLocalFacts(env, localnet.facts);
  process.stdout.write(welcome(env, localnet.facts));
}

function cannotListen(error: NodeJS.ErrnoException, { PORT, HOST }: Env): string {
  if (error.code === "EADDRINUSE")
    return `PORT: port ${PORT} is in use; stop what listens there or set PORT to another.`;
  return `PORT: cannot listen on port ${PORT} of ${HOST}: ${error.code ?? error.message}`;
}

function metricsPage({ FAREBOX_METRICS_TOKEN: token }: Env, metrics: Metrics, log: Log): Handler | null {
  return token ? serveMetrics(metrics, token, (error) => log.error("metrics_failed", { error })) : null;
}

function ownHost({ FAREBOX_ORIGIN, FAREBOX_GATEWAY_ORIGIN }: Env): string | null {
  return FAREBOX_GATEWAY_ORIGIN === FAREBOX_ORIGIN ? null : new URL(FAREBOX_GATEWAY_ORIGIN).host;
}
