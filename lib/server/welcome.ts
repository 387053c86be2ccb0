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

/** Tells the operator where everything is that this process serves, and what to do next. */
export function welcome(env: Env, facts: LocalChainFacts | null): string {
  const { FAREBOX_ORIGIN: origin, FAREBOX_GATEWAY_ORIGIN: gateway, FAREBOX_ROLES: roles } = env;
  const lines = [
    ...(roles.includes("web") ? [["Dashboard", origin]] : []),
    ...(roles.includes("gateway") ? [["Gateway", `${gateway}/g/<slug>/…`]] : []),
    ...(facts ? localLines(facts) : []),
  ];
  const table = lines.map(([name = "", value]) => `  ${name.padEnd(16)}${value}`).join("\n");
  if (!facts || !roles.includes("web")) return `\n${table}\n\n`;
  return `
${table}

  This is a local test network: the chain runs on this machine and its money is worth nothing.

  Next: open ${origin}/sign-up, register an endpoint for ${facts.demoUpstream},
  and pay it: npm run farebox -- pay ${gateway}/g/<slug>/now

`;
}

function localLines({ rpcUrl, chainId, demoUpstream, payer, payerKey }: LocalChainFacts): string[][] {
  return [
    ["Chain RPC", `${rpcUrl} (chain id ${chainId})`],
    ["Demo upstream", demoUpstream],
    ["Test wallet", `${payer} (1,000,000 test USDC)`],
    ["Its private key", payerKey],
  ];
}
