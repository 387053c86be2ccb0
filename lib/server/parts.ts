import type { Chain, Network } from "@/lib/chain/chain";
import { openChains } from "@/lib/chain/open";
import { type Database, openDatabase } from "@/lib/db/client";
import { type Env, readEnv } from "@/lib/env";
import { type Log, log as processLog } from "@/lib/log";
import { createSealer, type Sealer } from "@/lib/seal";

/** What the process is made of, opened once and shared by the server, its workers and every page. */
export interface Parts {
  env: Env;
  log: Log;
  database: Database;
  sealer: Sealer;
  /** By CAIP-2 id. */
  chains: ReadonlyMap<string, Chain>;
  /** In the order of the configuration. */
  networks: readonly Network[];
}

// Next bundles its own copy of this module, so a variable here would be two pools in one process.
declare global {
  var fareboxParts: Parts | undefined;
}

/** The parts of this process; on a serverless host, where no server opened them, from the environment. */
export function parts(): Parts {
  globalThis.fareboxParts ??= openParts(readEnv());
  return globalThis.fareboxParts;
}

/** Opens the parts for a configuration and makes them the process's own. */
export function installParts(env: Env, log: Log): Parts {
  globalThis.fareboxParts = openParts(env, log);
  return globalThis.fareboxParts;
}

/** Opens the parts for a configuration. */
export function openParts(env: Env, log: Log = processLog): Parts {
  const chains = openChains(env, log);
  return {
    env,
    log,
    database: openDatabase(env.DATABASE_URL, env.FAREBOX_DATABASE_CONNECTIONS),
    sealer: createSealer(env.FAREBOX_SECRET, env.FAREBOX_PREVIOUS_SECRETS),
    chains,
    networks: [...chains.values()].map((chain) => chain.network),
  };
}
