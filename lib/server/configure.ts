import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Env, readEnv } from "@/lib/env";
import { readJson, writeJson } from "@/lib/localnet/files";
import { type Localnet, startLocalnet } from "@/lib/localnet/localnet";
import type { Log } from "@/lib/log";

/** Which stand-ins a configuration leaves to the local network, and the rest of it, checked. */
export interface Plan {
  given: Record<string, string>;
  local: { database: boolean; chain: boolean };
  /** As far as it is known before anything started: the URLs of stand-ins are placeholders. */
  env: Env;
}

/** What the stand-ins of the last start in a data folder added to the configuration. */
const RUNNING = "running.json";

const PLACEHOLDER_NETWORK = {
  network: "eip155:84532",
  rpc: "http://127.0.0.1",
  facilitator: "http://127.0.0.1",
};

/** Checks the whole configuration before anything starts; throws BadConfiguration naming every bad key. */
export function planConfiguration(given: Record<string, string>): Plan {
  const local = { database: given.DATABASE_URL === undefined, chain: given.FAREBOX_NETWORKS === undefined };
  const standIns = {
    ...(local.database ? { DATABASE_URL: "postgres://127.0.0.1", FAREBOX_SECRET: "-".repeat(32) } : {}),
    ...(local.chain ? { FAREBOX_NETWORKS: JSON.stringify([PLACEHOLDER_NETWORK]) } : {}),
    ...(local.database || local.chain ? { FAREBOX_ORIGIN: "http://localhost" } : {}),
  };
  return { given, local, env: readEnv({ ...standIns, ...given }) };
}

/** Starts the stand-ins a plan needs and completes the configuration with them. `port` is the one we listen on. */
export async function completeConfiguration(
  plan: Plan,
  port: number,
  log: Log,
): Promise<{ env: Env; localnet: Localnet }> {
  const { given, local } = plan;
  const dataDir = plan.env.FAREBOX_DATA_DIR;
  const localnet = await startLocalnet({ dataDir, log, ...local });
  const standIns = {
    ...localnet.env,
    ...(local.database ? { FAREBOX_SECRET: await openSecret(dataDir) } : {}),
    // No load balancer stands in front of a local network.
    ...(local.database || local.chain
      ? { FAREBOX_ORIGIN: `http://localhost:${port}`, FAREBOX_STOP_NOTICE_MS: "0" }
      : {}),
    // The demo upstream and a newcomer's own server are on this machine.
    ...(local.database && local.chain ? { FAREBOX_PRIVATE_UPSTREAMS: "127.0.0.0/8,::1/128" } : {}),
  };
  if (local.database || local.chain)
    await writeJson(join(dataDir, RUNNING), { ...standIns, PORT: String(port) });
  return { env: readEnv({ ...standIns, ...given, PORT: String(port) }), localnet };
}

/** Reads the configuration of the instance that runs, for a command beside it; undefined when none was started here. */
export async function readRunningConfiguration(given: Record<string, string>): Promise<Env | undefined> {
  const configured = given.DATABASE_URL !== undefined && given.FAREBOX_NETWORKS !== undefined;
  if (configured) return readEnv(given);
  const standIns = await readJson<Record<string, string>>(
    join(given.FAREBOX_DATA_DIR ?? ".farebox", RUNNING),
  );
  return standIns && readEnv({ ...standIns, ...given });
}

/** The secret of a local database: it seals what lies there, so it stays with it. */
async function openSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, "secret.json");
  const known = await readJson<{ secret: string }>(path);
  if (known) return known.secret;
  const secret = randomBytes(48).toString("base64");
  await writeJson(path, { secret });
  return secret;
}
