import type { Chain } from "@/lib/chain/chain";
import { RECOVERS_NATIVELY } from "@/lib/chain/recovery";
import { findTerms } from "@/lib/endpoints/publish";
import { createExactScheme } from "@/lib/gateway/exact";
import { createGateway, type Gateway } from "@/lib/gateway/gateway";
import { createProver, type Prover } from "@/lib/gateway/proof";
import { createUpstreamClient } from "@/lib/gateway/upstream";
import { gasPolicies } from "@/lib/ledger/gas-policy";
import { openLedger } from "@/lib/ledger/ledger";
import { openPriceFloor } from "@/lib/ledger/price-floor";
import { deriveKey } from "@/lib/seal";
import type { Metrics } from "./metrics/metrics";
import { outageOf } from "./outage";
import type { Parts } from "./parts";
import { openServedEndpoints } from "./served-endpoints";

/** Makes what vouches to upstreams that a call came through us; the same in every replica. */
export function openProver({ env }: Pick<Parts, "env">): Promise<Prover> {
  return createProver(env.FAREBOX_GATEWAY_ORIGIN, deriveKey(env.FAREBOX_SECRET, "proof"));
}

/** Hosts and ports of ours, database and RPCs included, which no endpoint may point at. */
export function ownHosts(env: Parts["env"]): string[] {
  const rpcs = env.FAREBOX_NETWORKS.flatMap(({ rpc }) => rpc);
  const urls = [env.FAREBOX_ORIGIN, env.FAREBOX_GATEWAY_ORIGIN, env.DATABASE_URL, ...rpcs];
  const local = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"].map((host) => `${host}:${env.PORT}`);
  return [...new Set([...urls.map(hostAndPort), ...local])];
}

const DEFAULT_PORTS: Record<string, string> = {
  "http:": "80",
  "https:": "443",
  "postgres:": "5432",
  "postgresql:": "5432",
};

function hostAndPort(text: string): string {
  const { hostname, port, protocol } = new URL(text);
  return `${hostname}:${port || DEFAULT_PORTS[protocol]}`;
}

/** A running gateway. */
export interface OpenGateway {
  handle: Gateway;
  /** Its public key, as upstreams fetch it. */
  jwks: Prover["jwks"];
  /** Ends its background work. */
  close(): Promise<void>;
}

/** Opens the gateway over the process's parts, timed where there are metrics. */
export async function openGateway(parts: Parts, metrics: Metrics | null = null): Promise<OpenGateway> {
  const { env, database, sealer, chains, networks, log } = parts;
  const { db } = database;
  if (!RECOVERS_NATIVELY) log.warn("gateway.slow_signatures", { missing: "secp256k1" });
  const chainOf = (network: string): Chain => {
    const chain = chains.get(network);
    if (!chain) throw new Error(`No chain is configured for ${network}`);
    return chain;
  };
  const gas = gasPolicies(env.FAREBOX_NETWORKS);
  const ledger = openLedger({ db, sealer, chains, gas, log });
  const floor = await openPriceFloor(db, gas, log);
  const endpoints = openServedEndpoints(parts);
  const { signProof, jwks } = await openProver(parts);
  const callUpstream = createUpstreamClient({
    privateUpstreams: env.FAREBOX_PRIVATE_UPSTREAMS,
    ownHosts: ownHosts(env),
  });
  const settle = metrics?.timeSettle(ledger.settle) ?? ledger.settle;
  const now = () => BigInt(Math.floor(Date.now() / 1000));
  const handle = createGateway({
    origin: env.FAREBOX_GATEWAY_ORIGIN,
    payOrigin: env.FAREBOX_ORIGIN,
    via: new URL(env.FAREBOX_GATEWAY_ORIGIN).host,
    networks,
    schemes: [createExactScheme({ networks, chainOf, settle, now, lowestPrice: floor.of })],
    ledger,
    endpoints,
    findTerms: (endpointId, version) => findTerms(db, sealer, endpointId, version),
    callUpstream: metrics?.timeUpstream(callUpstream) ?? callUpstream,
    signProof,
    outageOf,
    log,
  });
  const close = async () => {
    floor.stop();
    ledger.close();
    await endpoints.close();
  };
  return { handle, jwks, close };
}
