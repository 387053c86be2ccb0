import { openTcpProxy, type RpcProxy, targetOf } from "@/e2e/campaigns/proxies";
import { openChains } from "@/lib/chain/open";
import { readEnv } from "@/lib/env";
import type { GatewayResponse } from "@/lib/gateway/ports";
import { fillGaps } from "@/lib/ledger/workers/fill-gaps";
import { finalise } from "@/lib/ledger/workers/finalise";
import { meterGas } from "@/lib/ledger/workers/meter-gas";
import { prune } from "@/lib/ledger/workers/prune";
import { raiseFees } from "@/lib/ledger/workers/raise-fees";
import { settleUnattended } from "@/lib/ledger/workers/settle";
import { sweepChain } from "@/lib/ledger/workers/sweep-chain";
import { sweepLeases } from "@/lib/ledger/workers/sweep-leases";
import type { Log, LogFields } from "@/lib/log";
import { openGateway } from "@/lib/server/gateway";
import { openParts, type Parts } from "@/lib/server/parts";

/** What a caller was told. */
export interface Told {
  status: number;
  /** The stable code of a refusal, or null. */
  code: string | null;
  /** The body of a 2xx, or null. */
  body: string | null;
}

/** The product as one process composes it, without the process: what it reaches, it reaches through proxies of its own. */
export interface Replica {
  /** As it names itself in `Via`. */
  name: string;
  present(target: string, headers: Record<string, string>): Promise<Told>;
  /** One round of every worker. */
  work(): Promise<void>;
  /** Cuts it off from everything at once: whatever it was about to do, it can do no more. */
  kill(): void;
  close(): Promise<void>;
}

/** What the replicas of a lane are configured with. */
export interface ReplicaOptions {
  /** Its host: unlike any other's, so that the merchant's server can tell the dead from the living. */
  name: string;
  databaseUrl: string;
  relayerKey: string;
  rpc: RpcProxy;
  /** Hears of each bug that is logged. */
  onBug(line: string): void;
}

/** Opens a replica. */
export async function openReplica({
  name,
  databaseUrl,
  relayerKey,
  rpc,
  onBug,
}: ReplicaOptions): Promise<Replica> {
  const database = await openTcpProxy(targetOf(databaseUrl));
  const env = readEnv({
    DATABASE_URL: database.through(databaseUrl),
    FAREBOX_NETWORKS: JSON.stringify([{ network: "eip155:84532", rpc: rpc.url, relayerKey }]),
    FAREBOX_SECRET: "a secret that all replicas of the model share",
    FAREBOX_ORIGIN: `http://${name}`,
    FAREBOX_PRIVATE_UPSTREAMS: "127.0.0.0/8",
    FAREBOX_DATABASE_CONNECTIONS: "8",
  });
  let alive = true;
  const silent = () => {};
  const error = (event: string, fields?: LogFields) => {
    // Findings and alarms are what an operator is to hear of; a bug is what nobody may meet.
    if (alive && event === "gateway.bug") onBug(String((fields?.error as Error | undefined)?.stack));
  };
  const log: Log = { info: silent, warn: silent, error };
  const opened = openParts(env);
  const parts = { ...opened, log, chains: openChains(env, log) };
  const gateway = await openGateway(parts);
  const cut = () => {
    alive = false;
    database.close();
    rpc.close();
    gateway.close();
  };
  return {
    name,
    async present(target, headers) {
      const { signal } = new AbortController();
      const lines = Object.entries({ Host: name, ...headers });
      const body = (async function* () {})();
      return readTold(await gateway.handle({ method: "GET", target, headers: lines, body, signal }));
    },
    work: () => workOnce(parts),
    kill: cut,
    async close() {
      cut();
      await parts.database.close();
    },
  };
}

/** What the workers of a process do again and again, each once. */
async function workOnce({ database: { db }, chains, log }: Parts): Promise<void> {
  await settleUnattended(db, chains, log);
  await sweepLeases(db);
  await prune(db);
  for (const chain of chains.values()) {
    for (const work of [fillGaps, raiseFees, finalise, meterGas, sweepChain]) await work(db, chain, log);
  }
}

async function readTold({ status, body }: GatewayResponse): Promise<Told> {
  const chunks: Uint8Array[] = [];
  if (body instanceof Uint8Array || typeof body === "string") chunks.push(Buffer.from(body));
  else for await (const chunk of body ?? []) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (status >= 200 && status < 300) return { status, code: null, body: text };
  const code: unknown = text.startsWith("{") ? JSON.parse(text).code : null;
  return { status, code: typeof code === "string" ? code : null, body: null };
}
