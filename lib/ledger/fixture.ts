import { randomBytes } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { type Hex, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { inject } from "vitest";
import type { Chain } from "@/lib/chain/chain";
import { authorize, mintAddress } from "@/lib/chain/fixture";
import { networkById } from "@/lib/chain/networks";
import { openChains } from "@/lib/chain/open";
import { openDatabase } from "@/lib/db/client";
import { endpoints, endpointVersions, merchants, payments } from "@/lib/db/schema";
import { givenEnv, readEnv } from "@/lib/env";
import type { ClaimedPayment, NewPayment } from "@/lib/gateway/ports";
import { type MerchantId, newId } from "@/lib/ids";
import { LOCAL_CHAIN_ID } from "@/lib/localnet/anvil";
import { log } from "@/lib/log";
import { createSealer } from "@/lib/seal";
import { exactIdentity } from "@/lib/x402/exact";
import type { GasPolicies } from "./gas-policy";
import { openLedger } from "./ledger";

const env = readEnv({ ...givenEnv(), FAREBOX_SECRET: "-".repeat(32), FAREBOX_ORIGIN: "http://localhost" });

const NETWORK = localNetwork();

function localNetwork() {
  const network = networkById(`eip155:${LOCAL_CHAIN_ID}`);
  if (!network) throw new Error("The local chain's network is not known");
  return network;
}

/** What an upstream said in these tests. */
export const ANSWER = {
  status: 200,
  headers: [["Content-Type", "text/plain"] as [string, string]],
  body: Buffer.from("hi"),
};

/** The chains of the test network, by CAIP-2 id. */
export function testChains(): Map<string, Chain> {
  return openChains(env, log);
}

/** Opens a ledger over the test database, and what tests do beside it; `databaseUrl` may lead through a proxy. */
export function openTestLedger(
  chains: ReadonlyMap<string, Chain> = testChains(),
  databaseUrl = env.DATABASE_URL,
  gas: GasPolicies = new Map(),
) {
  const database = openDatabase(databaseUrl, 20);
  const { db } = database;
  const ledger = openLedger({ db, sealer: createSealer(env.FAREBOX_SECRET), chains, gas, log });

  /** A payment of one cent that a real payer signed, for a merchant of its own. */
  async function mintPayment(
    over: Partial<NewPayment> = {},
    payer = privateKeyToAccount(inject("local").payerKey as Hex),
  ): Promise<NewPayment> {
    const merchantId = newId() as MerchantId;
    const endpointId = newId();
    const slug = `ledger-${endpointId}`;
    const terms = {
      name: "Test",
      upstream: "https://example.com",
      charge: "after" as const,
      upstreamTimeoutMs: 1_000,
    };
    await db.insert(merchants).values({ id: merchantId, name: "Test shop" });
    await db.insert(endpoints).values({ id: endpointId, merchantId, slug, version: 1 });
    const { digest, asset, value, validAfter, validBefore, ...signed } = await authorize(payer, {
      to: mintAddress(),
    });
    const payouts = [{ network: NETWORK.id, payTo: signed.to }];
    await db.insert(endpointVersions).values({ endpointId, version: 1, ...terms, rules: [], payouts });
    const numbers = { value: `${value}`, validAfter: `${validAfter}`, validBefore: `${validBefore}` };
    return {
      identity: exactIdentity(signed, { ...NETWORK.token, chainId: NETWORK.chainId }),
      digest: Buffer.from(digest.slice(2), "hex"),
      fingerprint: randomBytes(32),
      identifier: null,
      ...{ merchantId, endpointId, endpointVersion: 1, rule: "GET /", method: "GET", path: "/", query: "" },
      ...{
        protocol: 2,
        scheme: "exact",
        network: NETWORK.id,
        asset,
        payer: signed.from,
        payTo: signed.to,
      },
      amount: value,
      authorization: { ...signed, ...numbers },
      validBefore,
      charge: "after",
      presentedAt: new Date(),
      funds: null,
      ...over,
    };
  }

  async function claimWork(payment: NewPayment): Promise<ClaimedPayment> {
    const claim = await ledger.claim(payment);
    if (claim.kind !== "work") throw new Error(`The claim came to ${claim.kind}`);
    return claim.payment;
  }

  async function rowOf({ id }: { id: string }) {
    const [row] = await db.select().from(payments).where(eq(payments.id, id));
    if (!row) throw new Error(`There is no payment ${id}`);
    return row;
  }

  /** Lets a lease end now, as if its process had died ten seconds ago. */
  async function abandon({ id }: { id: string }): Promise<void> {
    const ended = { leaseUntil: sql`now() - interval '1 second'` };
    await db.update(payments).set(ended).where(eq(payments.id, id));
  }

  async function close(): Promise<void> {
    ledger.close();
    await database.close();
  }

  return { db, ledger, chains, mintPayment, claimWork, rowOf, abandon, close };
}

/** The relayer of a chain that has one. */
export function relayerOf(chain: Chain | undefined) {
  if (chain?.submitter.kind !== "relayers") throw new Error("The chain settles by no relayer");
  return chain.submitter.relayers[0];
}

/** The same chain with a relayer whose transactions get lost on their way to the network. */
export function losingBroadcasts(chain: Chain): Chain {
  const relayer = { ...relayerOf(chain), broadcast: async () => {} };
  return { ...chain, submitter: { kind: "relayers", relayers: [relayer] } };
}

/** Random bytes as hex. */
export function randomHex(bytes: number): Hex {
  return toHex(randomBytes(bytes));
}
