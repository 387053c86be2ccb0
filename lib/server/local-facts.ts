import { join } from "node:path";
import type { Env } from "@/lib/env";
import { writeJson } from "@/lib/localnet/files";
import type { LocalChainFacts } from "@/lib/localnet/localnet";

/** Writes what a tool needs to try the local network to `local.json` in the data folder. */
export async function writeLocalFacts(env: Env, facts: LocalChainFacts): Promise<void> {
  const { rpcUrl, chainId, token, payerKey, demoUpstream } = facts;
  const origin = env.FAREBOX_ORIGIN;
  await writeJson(join(env.FAREBOX_DATA_DIR, "local.json"), {
    origin,
    rpcUrl,
    chainId,
    token,
    payerKey,
    demoUpstream,
  });
}
