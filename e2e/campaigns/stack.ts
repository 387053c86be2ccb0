import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import { migrateDatabase } from "@/lib/db/migrate";
import { readEnv } from "@/lib/env";
import type { MerchantId } from "@/lib/ids";
import { type LocalChainFacts, startLocalnet } from "@/lib/localnet/localnet";
import { log } from "@/lib/log";
import { seed } from "@/lib/server/commands/seed";
import { openParts, type Parts } from "@/lib/server/parts";
import { type Client, openClient } from "./client";
import { askQuote, openPayers, type Payers, type Quote, type Shop } from "./payers";
import { openRpcProxy, openTcpProxy, type RpcProxy, type TcpProxy, targetOf } from "./proxies";
import type { Random } from "./random";
import { type Fleet, openFleet } from "./replicas";
import { startUpstream, type Upstream } from "./upstream";

/** How a campaign's stack differs from three replicas on one RPC and one PostgreSQL. */
export interface StackOptions {
  replicas?: number;
  /** How many RPC URLs the network has, each a proxy in front of the same chain. */
  rpcs?: number;
  payers?: number;
  /** Of every call, in US dollars. */
  price?: string;
  /** PostgreSQL to use instead of an embedded one; it is reached through the proxy all the same. */
  databaseUrl?: string;
  /** More configuration for every replica. */
  env?: Record<string, string>;
}

/** The product under test with everything around it: real processes, real PostgreSQL, a real chain, proxies between them. */
export interface Stack {
  dataDir: string;
  fleet: Fleet;
  client: Client;
  payers: Payers;
  /** Charged after the call, and charged before it; each has a payout address of its own. */
  shops: { after: Shop; before: Shop };
  merchantId: MerchantId;
  upstream: Upstream;
  /** Between the replicas and PostgreSQL, the upstream, and the chain. */
  proxies: { database: TcpProxy; upstream: TcpProxy; rpcs: RpcProxy[] };
  /** What all replicas are configured with. */
  env: Record<string, string>;
  /** The chain itself, with no proxy before it. */
  chain: LocalChainFacts;
  /** Parts of the product over the database and the chain, with no proxies before them: for setting up and observing. */
  parts: Parts;
  /** Planted: none may appear in an answer, a log or an export. */
  secrets: readonly string[];
  close(): Promise<void>;
}

const ORIGIN = "http://localhost";
const UPSTREAM_TIMEOUT_SECONDS = 30;

/** Starts a stack in a throwaway folder; `close` ends everything it started. */
export async function openStack(random: Random, options: StackOptions = {}): Promise<Stack> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    return await start(random, options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  random: Random,
  { replicas = 3, rpcs = 1, payers = 8, price = "0.01", databaseUrl, env: more }: StackOptions,
  closers: (() => unknown)[],
  close: () => Promise<void>,
): Promise<Stack> {
  const dataDir = await mkdtemp(join(tmpdir(), "farebox-campaign-"));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  // PostgreSQL runs as another user when we are root, and must get in.
  await chmod(dataDir, 0o755);
  const localnet = await startLocalnet({
    dataDir,
    log,
    database: databaseUrl === undefined,
    chain: true,
  });
  closers.push(localnet.stop);
  const { facts: chain, env: standIns } = localnet;
  if (!chain) throw new Error("The local chain did not start");
  const direct = databaseUrl ?? standIns.DATABASE_URL ?? "";

  const upstream = await startUpstream();
  closers.push(upstream.close);
  const proxies: Stack["proxies"] = {
    database: await openTcpProxy(targetOf(direct)),
    upstream: await openTcpProxy(targetOf(upstream.url)),
    rpcs: [],
  };
  const rpcKey = random.hex(16).slice(2);
  for (let i = 0; i < rpcs; i++) proxies.rpcs.push(await openRpcProxy(chain.rpcUrl, rpcKey));
  closers.push(() => {
    for (const proxy of [proxies.database, proxies.upstream, ...proxies.rpcs]) proxy.close();
  });

  const [network] = JSON.parse(standIns.FAREBOX_NETWORKS ?? "[]") as [
    { network: string; relayerKey: string },
  ];
  const secret = `campaign secret ${random.hex(24)}`;
  const headerSecret = `upstream secret ${random.hex(16)}`;
  const env = {
    FAREBOX_SECRET: secret,
    FAREBOX_ORIGIN: ORIGIN,
    FAREBOX_PRIVATE_UPSTREAMS: "127.0.0.0/8",
    DATABASE_URL: proxies.database.through(direct),
    FAREBOX_NETWORKS: JSON.stringify([{ ...network, rpc: proxies.rpcs.map(({ url }) => url) }]),
    ...more,
  };
  await migrateDatabase(direct);
  const own = {
    ...env,
    DATABASE_URL: direct,
    FAREBOX_NETWORKS: JSON.stringify([{ ...network, rpc: chain.rpcUrl }]),
  };
  const parts = openParts(readEnv(own));
  closers.push(parts.database.close);

  const payTo = () => privateKeyToAccount(random.hex(32)).address;
  const described = { after: payTo(), before: payTo() };
  const seeded = await seed(parts, {
    merchants: [
      {
        email: "campaign@example.com",
        password: "campaign",
        name: "Campaign",
        endpoints: (["after", "before"] as const).map((charge) => ({
          slug: `${charge}-the-call`,
          name: `Charged ${charge} the call`,
          upstream: proxies.upstream.through(upstream.url),
          charge,
          upstreamTimeout: UPSTREAM_TIMEOUT_SECONDS,
          headers: { "X-Upstream-Secret": headerSecret },
          payouts: [{ network: network.network, payTo: described[charge] }],
          rules: [{ method: "*", path: "/*path", price }],
        })),
      },
    ],
  });
  const [merchant] = seeded.merchants;
  const [after, before] = merchant?.endpoints ?? [];
  if (!merchant || !after || !before) throw new Error("The endpoints were not made");

  const fleet = openFleet(env);
  closers.push(fleet.stop);
  await Promise.all(Array.from({ length: replicas }, () => fleet.start()));
  const { password } = new URL(direct);
  const secrets = [
    secret,
    headerSecret,
    rpcKey,
    network.relayerKey.slice(2),
    ...(password ? [password] : []),
  ];
  const client = openClient(fleet, secrets);
  const shops = {
    after: { endpointId: after.id, slug: after.slug, payTo: described.after },
    before: { endpointId: before.id, slug: before.slug, payTo: described.before },
  };
  // Asked while all is well: what a call costs is no part of any fault.
  const quotes = new Map<string, Quote>();
  for (const { slug } of replicas > 0 ? Object.values(shops) : [])
    quotes.set(slug, await askQuote(`${client.next()}/g/${slug}/now`));
  return {
    dataDir,
    fleet,
    client,
    payers: await openPayers(chain.rpcUrl, random.fork("payers"), payers, quotes),
    shops,
    merchantId: merchant.id as MerchantId,
    upstream,
    proxies,
    env,
    chain,
    parts,
    secrets,
    close,
  };
}
