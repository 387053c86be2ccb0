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

/** Tells the operator where everything is and what to do next. */
export function welcome(env: Env, facts: LocalChainFacts | null): string {
  const lines = [
    ["Dashboard", env.FAREBOX_ORIGIN],
    ["Gateway", `${env.FAREBOX_GATEWAY_ORIGIN}/g/<slug>/…`],
  ];
  if (!facts) return `\n${table(lines)}\n\n`;
  lines.push(
    ["Chain RPC", `${facts.rpcUrl} (chain id ${facts.chainId})`],
    ["Demo upstream", facts.demoUpstream],
    ["Test wallet", `${facts.payer} (1,000,000 test USDC)`],
    ["Its private key", facts.payerKey],
  );
  return `
${table(lines)}

  This is a local test network: the chain runs on this machine and its money is worth nothing.

  Next: open ${env.FAREBOX_ORIGIN}/sign-up, register an endpoint for ${facts.demoUpstream},
  and pay it: npm run farebox -- pay ${env.FAREBOX_GATEWAY_ORIGIN}/g/<slug>/now

`;
}

function table(lines: string[][]): string {
  return lines.map(([name = "", value]) => `  ${name.padEnd(16)}${value}`).join("\n");
}
