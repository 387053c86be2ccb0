import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import type { Log } from "@/lib/log";
import { LOCAL_CHAIN_ID, startAnvil } from "./anvil";
import { type DemoUpstream, isDemoUpstream, sharedDemoUpstream, startDemoUpstream } from "./demo-upstream";
import { readJson, writeJson } from "./files";
import { foundChain, LOCAL_TOKEN } from "./genesis";
import { freePort } from "./ports";
import { startPostgres } from "./postgres";
import { takeShare } from "./sharing";
import { openWallets } from "./wallets";

/** What a person needs to try the local network. */
export interface LocalChainFacts {
  rpcUrl: string;
  chainId: number;
  /** The stand-in's address, which is Base Sepolia USDC's. */
  token: string;
  payer: string;
  payerKey: string;
  demoUpstream: string;
  /** True when the chain goes on from its state file, whose last second a crash of the machine may have lost. */
  reloaded: boolean;
}

/** The stand-ins that were asked for, as configuration, and how to end them. */
export interface Localnet {
  env: Record<string, string>;
  facts: LocalChainFacts | null;
  /** False when another process of this machine runs on the same stand-ins; they end with the last. */
  first: boolean;
  stop(): Promise<void>;
}

/** Starts the stand-ins that are needed, or adopts those an earlier start left running in this data folder. */
export async function startLocalnet(options: {
  dataDir: string;
  log: Log;
  database: boolean;
  chain: boolean;
}): Promise<Localnet> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const share = await takeShare(dataDir);
  try {
    const [database, chain] = await Promise.all([
      options.database ? startPostgres(dataDir) : null,
      options.chain ? startChain(dataDir, options.log) : null,
    ]);
    return {
      env: { ...(database ? { DATABASE_URL: database.url } : {}), ...chain?.env },
      facts: chain?.facts ?? null,
      first: share.first,
      stop: async () => {
        await chain?.demo.stop();
        if (await share.leave()) await Promise.all([database?.stop(), chain?.stop()]);
      },
    };
  } finally {
    await share.started();
  }
}

async function startChain(dataDir: string, log: Log) {
  const wallets = await openWallets(dataDir);
  const chain = await startAnvil(dataDir, log, (client) => foundChain(client, wallets));
  const demo = await openDemo(dataDir, log);
  const network = { network: `eip155:${LOCAL_CHAIN_ID}`, rpc: chain.rpcUrl, relayerKey: wallets.relayerKey };
  return {
    env: {
      FAREBOX_NETWORKS: JSON.stringify([network]),
      FAREBOX_TEST_PAYER_KEY: wallets.payerKey,
      FAREBOX_DEMO_UPSTREAM: demo.url,
    },
    facts: {
      rpcUrl: chain.rpcUrl,
      chainId: LOCAL_CHAIN_ID,
      token: LOCAL_TOKEN,
      payer: privateKeyToAccount(wallets.payerKey).address,
      payerKey: wallets.payerKey,
      demoUpstream: demo.url,
      reloaded: chain.reloaded,
    },
    demo,
    stop: chain.stop,
  };
}

/** Endpoints remember the demo upstream's URL, so it comes back on the port it had. */
async function openDemo(dataDir: string, log: Log): Promise<DemoUpstream> {
  const path = join(dataDir, "demo-upstream.json");
  const noted = await readJson<{ port: number }>(path);
  if (noted && (await isDemoUpstream(noted.port))) return sharedDemoUpstream(noted.port);
  const port = await freePort(noted?.port ?? 4021);
  if (noted && noted.port !== port) {
    log.warn("demo_upstream_moved", { from: noted.port, to: port });
  }
  await writeJson(path, { port });
  return startDemoUpstream(port);
}
