import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { x402Client, x402HTTPClient } from "@x402/core/client";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { appendPaymentIdentifierToExtensions } from "@x402/extensions/payment-identifier";
import { eq } from "drizzle-orm";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  endpoints,
  endpointVersions,
  merchants,
  payments,
  type StoredRule,
  settlements,
} from "@/lib/db/schema";
import { givenEnv, readEnv } from "@/lib/env";
import { type MerchantId, newId } from "@/lib/ids";
import { toGatewayRequest, writeGatewayResponse } from "./bridge";
import { openGateway } from "./gateway";
import { openParts, type Parts } from "./parts";

/** Starts a real HTTP server on a free loopback port. */
export async function listen(handler: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return { server, port: address.port };
}

/** How a test's endpoint differs from one that sells `GET /now` and the rest at $0.01 after the call. */
export interface ShopOptions {
  charge?: "after" | "before";
  upstreamTimeoutMs?: number;
  rules?: StoredRule[];
  state?: "live" | "paused";
  /** How many gateways serve it, each with its own pool, as replicas would. */
  gateways?: number;
  /** URL of an x402 facilitator that settles instead of our relayer. */
  facilitator?: string;
  /** A relayer of its own, instead of the test network's. */
  relayerKey?: Hex;
  /** What the network's own coin is worth, in dollars; no limit on gas when absent. */
  nativeUsd?: string;
  /** Where its gateways find the test chain, when not directly. */
  rpc?: string[];
  /** Where its gateways find the test database, when not directly. */
  databaseUrl?: string;
  /** How many connections to it each gateway may use. */
  connections?: number;
}

/** The secret all replicas of a test share. */
export const SHARED_SECRET = "a secret that all replicas of a test share, and nobody else";

const RULES: StoredRule[] = [
  { method: "*", path: "/free/*rest", priceMicroUsd: null },
  { method: "*", path: "/*path", priceMicroUsd: "10000" },
];

/** Opens a merchant with one endpoint in front of a real upstream, served by real gateways on the test network. */
export async function openShop(upstream: RequestListener, options: ShopOptions = {}) {
  const behind = await listen(upstream);
  const replicas: { parts: Parts; url: string; close(): void }[] = [];
  for (let i = 0; i < (options.gateways ?? 1); i++) replicas.push(await openReplica(options));
  const [{ parts }] = replicas as [(typeof replicas)[number]];
  const { db } = parts.database;

  const merchantId = newId() as MerchantId;
  const endpointId = newId();
  const slug = `shop-${endpointId.slice(-12)}`;
  const payTo = privateKeyToAccount(randomKey()).address;
  await db.insert(merchants).values({ id: merchantId, name: "Test shop" });
  await db
    .insert(endpoints)
    .values({ id: endpointId, merchantId, slug, version: 1, state: options.state ?? "live" });
  await db.insert(endpointVersions).values({
    endpointId,
    version: 1,
    name: "Test endpoint",
    upstream: `http://127.0.0.1:${behind.port}`,
    charge: options.charge ?? "after",
    upstreamTimeoutMs: options.upstreamTimeoutMs ?? 5_000,
    rules: options.rules ?? RULES,
    payouts: [{ network: "eip155:84532", payTo }],
  });

  return {
    parts,
    merchantId,
    endpointId,
    slug,
    payTo,
    /** The gateway URL of a path at one replica. */
    url: (path: string, replica = 0) => `${replicas[replica]?.url}/g/${slug}${path}`,
    payments: () => db.select().from(payments).where(eq(payments.endpointId, endpointId)),
    settlements: () => db.select().from(settlements).where(eq(settlements.endpointId, endpointId)),
    async close() {
      for (const replica of replicas) replica.close();
      behind.server.closeAllConnections();
      behind.server.close();
    },
  };
}

/** The test network's configuration, with what is different in a test. */
function networks({ facilitator, relayerKey, nativeUsd, rpc }: ShopOptions): string {
  const [network] = JSON.parse(givenEnv().FAREBOX_NETWORKS ?? "[]") as [Record<string, unknown>];
  const settledBy = facilitator === undefined ? {} : { relayerKey: undefined, facilitator };
  return JSON.stringify([
    {
      ...network,
      ...(relayerKey && { relayerKey }),
      ...(nativeUsd && { nativeUsd }),
      ...(rpc && { rpc }),
      ...settledBy,
    },
  ]);
}

async function openReplica(options: ShopOptions) {
  const { databaseUrl, connections } = options;
  const { server, port } = await listen(async (request, response) => {
    await writeGatewayResponse(await gateway.handle(toGatewayRequest(request)), response);
  });
  const url = `http://127.0.0.1:${port}`;
  const env = readEnv({
    ...givenEnv(),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...(connections === undefined ? {} : { FAREBOX_DATABASE_CONNECTIONS: String(connections) }),
    FAREBOX_NETWORKS: networks(options),
    FAREBOX_SECRET: SHARED_SECRET,
    FAREBOX_ORIGIN: url,
    FAREBOX_PRIVATE_UPSTREAMS: "127.0.0.0/8",
    PORT: String(port),
  });
  const parts = openParts(env);
  const gateway = await openGateway(parts);
  const close = () => {
    server.closeAllConnections();
    server.close();
    gateway.close();
    void parts.database.close();
  };
  return { parts, url, close };
}

function randomKey(): Hex {
  return `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex")}`;
}

/** Signs a payment for a 402 as the stock v2 client does, under an identifier if one is given, and returns the headers to send. */
export async function signPayment(
  response: Response,
  payerKey: Hex,
  identifier?: string,
): Promise<Record<string, string>> {
  const client = new x402HTTPClient(
    new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(payerKey))),
  );
  const required = client.getPaymentRequiredResponse(
    (name) => response.headers.get(name),
    await response.clone().json(),
  );
  if (identifier !== undefined) appendPaymentIdentifierToExtensions(required.extensions ?? {}, identifier);
  return client.encodePaymentSignatureHeader(await client.createPaymentPayload(required));
}

/** Fetches a priced URL once for its 402, signs it, and sends the call again; returns both, to present it once more. */
export async function pay(url: string, payerKey: Hex, init: RequestInit = {}) {
  const headers = await signPayment(await fetch(url, init), payerKey);
  const present = (at = url) => fetch(at, { ...init, headers: { ...init.headers, ...headers } });
  return { response: await present(), headers, present };
}
