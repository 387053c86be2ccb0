import { migrateDatabase } from "@/lib/db/migrate";
import { type Env, givenEnv } from "@/lib/env";
import { runWorkers } from "@/lib/ledger/workers";
import { log } from "@/lib/log";
import { completeConfiguration, planConfiguration } from "./configure";
import { CannotStart, failOnUncaught, failToStart } from "./failure";
import { openFront } from "./front";
import { openGateway } from "./gateway";
import { watchReadiness } from "./health";
import { installParts } from "./parts";
import { createRoutes } from "./routes";
import { onStopSignal } from "./stop";
import { openWeb } from "./web";
import { welcome, writeLocalFacts } from "./welcome";

/** How long requests in flight may take to end when the process is told to stop. */
const GRACE_MS = 60_000;

/** Runs Farebox in this process until it is told to stop; a start that fails ends the process with a line that says why. */
export async function main(options: { dev: boolean }): Promise<void> {
  await start(options).catch(failToStart);
}

async function start({ dev }: { dev: boolean }): Promise<void> {
  const plan = planConfiguration(givenEnv());
  const front = await openFront(plan.env.PORT, plan.env.HOST).catch((error: NodeJS.ErrnoException) => {
    throw new CannotStart(cannotListen(error, plan.env));
  });
  const { env, localnet } = await completeConfiguration(plan, front.port, log);
  await migrateDatabase(env.DATABASE_URL).catch((error: NodeJS.ErrnoException) => {
    throw new CannotStart(`DATABASE_URL: the database cannot be used: ${error.message || error.code}`);
  });
  const parts = installParts(env);
  const { database, chains } = parts;
  const has = (role: Env["FAREBOX_ROLES"][number]) => env.FAREBOX_ROLES.includes(role);
  const web = has("web") ? await openWeb(dev, front.port) : null;
  const gateway = has("gateway") ? await openGateway(parts) : null;
  const stopping = new AbortController();
  const workers = has("worker") ? runWorkers(database.db, chains, log, stopping.signal) : null;

  failOnUncaught(log);
  onStopSignal(log, async () => {
    stopping.abort();
    await front.drain(GRACE_MS);
    await Promise.all([workers, web?.close()]);
    gateway?.close();
    await database.close();
    await localnet.stop();
  });
  const routes = {
    gateway: gateway?.handle ?? null,
    web: web?.handle ?? null,
    jwks: gateway && JSON.stringify(gateway.jwks),
    ready: watchReadiness(parts),
    gatewayHost: ownHost(env),
  };
  front.serve(createRoutes(routes, log), dev ? "leave" : "answer");
  if (localnet.facts && localnet.first) await writeLocalFacts(env, localnet.facts);
  process.stdout.write(welcome(env, localnet.facts));
}

function cannotListen(error: NodeJS.ErrnoException, { PORT, HOST }: Env): string {
  if (error.code === "EADDRINUSE")
    return `PORT: port ${PORT} is in use; stop what listens there or set PORT to another.`;
  return `PORT: cannot listen on port ${PORT} of ${HOST}: ${error.code ?? error.message}`;
}

function ownHost({ FAREBOX_ORIGIN, FAREBOX_GATEWAY_ORIGIN }: Env): string | null {
  return FAREBOX_GATEWAY_ORIGIN === FAREBOX_ORIGIN ? null : new URL(FAREBOX_GATEWAY_ORIGIN).host;
}
