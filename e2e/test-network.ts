import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrateDatabase } from "@/lib/db/migrate";
import { type LocalChainFacts, startLocalnet } from "@/lib/localnet/localnet";
import { log } from "@/lib/log";

declare module "vitest" {
  /** What tests read with `inject("local")`; the configuration of the same servers is in the environment. */
  export interface ProvidedContext {
    local: LocalChainFacts;
  }
}

/** Starts one PostgreSQL and one chain for a whole test run, in a folder of their own, and ends them after it. */
export default async function startTestNetwork(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "farebox-test-"));
  // PostgreSQL runs as another user when we are root, and must get in.
  await chmod(dataDir, 0o755);
  const localnet = await startLocalnet({ dataDir, log, database: true, chain: true });
  const { env, facts } = localnet;
  Object.assign(process.env, env);
  await migrateDatabase(env.DATABASE_URL ?? "");
  if (facts) project.provide("local", facts);
  return async () => {
    await localnet.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
