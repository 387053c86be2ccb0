import { randomBytes, randomUUID } from "node:crypto";
import { getAddress } from "viem";
import { openChains } from "@/lib/chain/open";
import type { Database } from "@/lib/db/client";
import { merchants, users } from "@/lib/db/schema";
import { type MerchantId, newId } from "@/lib/ids";
import { log } from "@/lib/log";
import type { EndpointInput } from "./input";
import { type EndpointDraft, type ParseContext, parseEndpoint } from "./parse";

/** The network the tests sell on, and a second one. */
export const NETWORK = "eip155:84532";
/** A network that is configured besides, so that an endpoint can have two payouts. */
export const OTHER_NETWORK = "eip155:8453";

const rpc = ["http://127.0.0.1:9", "http://127.0.0.1:19"];
const relayerKey = `0x${"11".repeat(32)}`;

/** What parseEndpoint needs, for two real networks that nobody calls; every upstream is allowed, and the merchant's, unless told. */
export function parseContext(over: Partial<ParseContext> = {}): ParseContext {
  const networks = [
    { network: NETWORK, rpc, relayerKey },
    { network: OTHER_NETWORK, rpc, relayerKey },
  ];
  const chains = openChains({ FAREBOX_NETWORKS: networks }, log);
  const checkUpstreamUrl: ParseContext["checkUpstreamUrl"] = async () => ({ ok: true });
  return {
    chains,
    checkUpstreamUrl,
    controlsHost: async () => true,
    isBlocked: async () => false,
    lowestPrice: async () => 0n,
    ...over,
  };
}

/** A random checksummed address. */
export function mintAddress(): string {
  return getAddress(`0x${randomBytes(20).toString("hex")}`);
}

/** What a merchant who makes no mistake types; `over` makes one. */
export function typed(over: Partial<EndpointInput> = {}): EndpointInput {
  return {
    name: "Weather",
    slug: `weather-${randomUUID().slice(0, 8)}`,
    upstream: "https://api.example.com",
    rules: [{ method: "GET", path: "/now", price: "0.01" }],
    payouts: [{ network: NETWORK, payTo: mintAddress() }],
    ...over,
  };
}

/** The draft of an endpoint without a mistake; throws when `over` makes one. */
export async function draft(
  over: Partial<EndpointInput> = {},
  stored: string[] = [],
): Promise<EndpointDraft> {
  const parsed = await parseEndpoint(typed(over), parseContext({ storedHeaderNames: stored }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

/** Makes a person and a merchant of their own for a test. */
export async function mintMerchant({ db }: Database): Promise<{ userId: string; merchantId: MerchantId }> {
  const userId = newId();
  const merchantId = newId() as MerchantId;
  await db.insert(users).values({ id: userId, name: "Ada" });
  await db.insert(merchants).values({ id: merchantId, name: "Acme" });
  return { userId, merchantId };
}
