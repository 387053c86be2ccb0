import { randomBytes } from "node:crypto";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { eq, sql } from "drizzle-orm";
import {
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  type Hex,
  http,
  parseAbi,
  toHex,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { baseSepolia } from "viem/chains";
import { afterAll, describe, expect, inject, it } from "vitest";
import { openChains } from "@/lib/chain/open";
import { openDatabase } from "@/lib/db/client";
import {
  answers,
  chainTxs,
  endpoints,
  endpointVersions,
  merchants,
  payments,
  settlements,
} from "@/lib/db/schema";
import { readEnv } from "@/lib/env";
import type { ClaimedPayment, NewPayment } from "@/lib/gateway/ports";
import { type MerchantId, newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { createSealer } from "@/lib/seal";
import { openLedger } from "./ledger";
import { authorizationOf } from "./settle";
import { submit } from "./submit";
import { settleUnattended, sweep } from "./workers";

const local = inject("local");
const payer = privateKeyToAccount(local.payerKey as Hex);
const token = local.token as Address;
const env = readEnv({ ...process.env, FAREBOX_SECRET: "-".repeat(32), FAREBOX_ORIGIN: "http://localhost" });
const chains = openChains(env, log);
const database = openDatabase(env.DATABASE_URL, 8);
const { db } = database;
const ledger = openLedger({ db, sealer: createSealer(env.FAREBOX_SECRET), chains, log });
afterAll(async () => {
  ledger.close();
  await database.close();
});

const answer = {
  status: 200,
  headers: [["Content-Type", "text/plain"] as [string, string]],
  body: Buffer.from("hi"),
};

/** A payment of one cent that a real payer signed, for a merchant of its own. */
async function mintPayment(over: Partial<NewPayment> = {}): Promise<NewPayment> {
  const merchantId = newId() as MerchantId;
  const endpointId = newId();
  await db.insert(merchants).values({ id: merchantId, name: "Test shop" });
  await db.insert(endpoints).values({ id: endpointId, merchantId, slug: `ledger-${endpointId}`, version: 1 });
  const terms = {
    name: "Test",
    upstream: "https://example.com",
    charge: "after" as const,
    upstreamTimeoutMs: 1_000,
  };
  await db.insert(endpointVersions).values({ endpointId, version: 1, ...terms, rules: [], payouts: [] });
  const payTo = privateKeyToAccount(generatePrivateKey()).address;
  const required = {
    scheme: "exact",
    network: "eip155:84532" as const,
    amount: "10000",
    asset: token,
    payTo,
    maxTimeoutSeconds: 300,
    extra: { name: "USDC", version: "2" },
  };
  const { payload } = await new ExactEvmScheme(payer).createPaymentPayload(2, required);
  const signed = payload as { signature: string; authorization: Record<string, string> };
  return {
    identity: randomBytes(32),
    digest: randomBytes(32),
    fingerprint: randomBytes(32),
    ...{ merchantId, endpointId, endpointVersion: 1, rule: "GET /", method: "GET", path: "/", query: "" },
    ...{ protocol: 2, scheme: "exact", network: "eip155:84532", asset: token, payer: payer.address, payTo },
    amount: 10_000n,
    authorization: { ...signed.authorization, signature: signed.signature },
    validBefore: BigInt(signed.authorization.validBefore ?? 0),
    charge: "after",
    presentedAt: new Date(),
    ...over,
  };
}

async function claimWork(payment: NewPayment): Promise<ClaimedPayment> {
  const claim = await ledger.claim(payment);
  if (claim.kind !== "work") throw new Error(`The claim came to ${claim.kind}`);
  return claim.payment;
}

const rowOf = async ({ id }: { id: string }) =>
  (await db.select().from(payments).where(eq(payments.id, id)))[0];
/** Lets a lease end now, as if its process had died ten seconds ago. */
const abandon = ({ id }: { id: string }) =>
  db.update(payments).set({ leaseUntil: sql`now() - interval '1 second'` }).where(eq(payments.id, id));

function relayer() {
  const submitter = chains.get("eip155:84532")?.submitter;
  if (submitter?.kind !== "relayer") throw new Error("The test network settles by a relayer");
  return submitter;
}

const relayerAddress = () => relayer().address;

/** Sends a payment's transfer from a wallet that is none of ours, and waits until it is mined. */
async function broadcastAsStranger(payment: ClaimedPayment): Promise<Hex> {
  const account = privateKeyToAccount(generatePrivateKey());
  const transport = http(local.rpcUrl);
  const test = createTestClient({ mode: "anvil", transport });
  await test.setBalance({ address: account.address, value: 10n ** 18n });
  const wallet = createWalletClient({ account, transport, chain: baseSepolia });
  const { from, to, value, validAfter, validBefore, nonce, signature } = authorizationOf(payment);
  const hash = await wallet.writeContract({
    address: token,
    abi: parseAbi([
      "function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
    ]),
    functionName: "transferWithAuthorization",
    args: [from, to, value, validAfter, validBefore, nonce, signature],
  });
  await createPublicClient({ transport }).waitForTransactionReceipt({ hash });
  return hash;
}

describe("a claim", () => {
  it("is given to one of many who race for it", async () => {
    const payment = await mintPayment();
    const claims = await Promise.all(Array.from({ length: 20 }, () => ledger.claim(payment)));
    const kinds = claims.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "work")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "busy")).toHaveLength(19);
  });

  it("passes to the next presentation once its process is gone, and then the first may change nothing", async () => {
    const payment = await mintPayment();
    const first = await claimWork(payment);
    await abandon(first);
    const second = await claimWork(payment);
    expect(second).toMatchObject({ id: first.id, attempt: 2 });
    expect(await ledger.keepAnswer(first, answer)).toBe(false);
    expect(await ledger.beginStream(first, 200)).toBe(false);
    await ledger.fail(first, "upstream_invalid");
    expect(await rowOf(second)).toMatchObject({ delivery: "pending", leaseOwner: second.lease });
    expect(await ledger.keepAnswer(second, answer)).toBe(true);
  });

  it("that lost its lease cannot send money", async () => {
    const payment = await mintPayment();
    const first = await claimWork(payment);
    expect(await ledger.keepAnswer(first, answer)).toBe(true);
    await abandon(first);
    expect(await ledger.settle(first)).toEqual({ outcome: "unavailable" });
    expect(await rowOf(first)).toMatchObject({ money: "held", chainTxId: null });
  });

  it("of the same identity with other terms is refused, whatever became of the first", async () => {
    const payment = await mintPayment();
    const held = await claimWork(payment);
    const others = [{ digest: randomBytes(32) }, { fingerprint: randomBytes(32) }];
    const refused = { kind: "refused", code: "payment_used_for_other_request" };
    for (const other of others) expect(await ledger.claim({ ...payment, ...other })).toEqual(refused);
    await ledger.fail(held, "upstream_timeout");
    for (const other of others) expect(await ledger.claim({ ...payment, ...other })).toEqual(refused);
  });
});

describe("a settlement", () => {
  it("is stored before it is broadcast, proven, and booked once however often it is asked for", async () => {
    const payment = await claimWork(await mintPayment());
    await ledger.keepAnswer(payment, answer);
    const charge = await ledger.settle(payment);
    expect(charge.outcome).toBe("settled");
    expect(await ledger.settle({ ...payment, money: "submitting" })).toEqual(charge);
    const row = await rowOf(payment);
    const [stored] = await db
      .select()
      .from(chainTxs)
      .where(eq(chainTxs.id, row?.chainTxId ?? ""));
    const booked = await db.select().from(settlements).where(eq(settlements.paymentId, payment.id));
    expect(booked).toHaveLength(1);
    expect(booked[0]).toMatchObject({ txHash: stored?.hash, amount: 10_000n, payTo: payment.payTo });
    expect(row?.settledAt).toEqual(booked[0]?.blockTime);
  });

  it("that somebody else sent is recognised as paid, and costs us no transaction", async () => {
    const payment = await claimWork(await mintPayment());
    await ledger.keepAnswer(payment, answer);
    const foreign = await broadcastAsStranger(payment);
    const before = await db.$count(chainTxs, eq(chainTxs.sender, relayerAddress()));
    expect(await ledger.settle(payment)).toEqual({ outcome: "settled", txHash: foreign });
    expect(await db.$count(chainTxs, eq(chainTxs.sender, relayerAddress()))).toBe(before);
    expect(await rowOf(payment)).toMatchObject({ money: "settled", chainTxId: null });
  });

  it("never books one transfer for two payments", async () => {
    const payment = await claimWork(await mintPayment());
    const { authorization, payTo, validBefore } = payment;
    const twin = await claimWork({ ...(await mintPayment()), authorization, payTo, validBefore });
    for (const claimed of [payment, twin]) await ledger.keepAnswer(claimed, answer);
    expect(await ledger.settle(payment)).toMatchObject({ outcome: "settled" });
    expect(await ledger.settle(twin)).toMatchObject({ outcome: "pending" });
    expect(await db.$count(settlements, eq(settlements.paymentId, twin.id))).toBe(0);
  });

  it("of many payments at once uses each account nonce once and leaves no gap", async () => {
    const claimed = await Promise.all(Array.from({ length: 12 }, async () => claimWork(await mintPayment())));
    const charges = await Promise.all(
      claimed.map(async (payment) => (await ledger.keepAnswer(payment, answer)) && ledger.settle(payment)),
    );
    expect(charges.every((charge) => charge && charge.outcome === "settled")).toBe(true);
    const nonces = (await db.select({ nonce: chainTxs.accountNonce }).from(chainTxs)).map(
      ({ nonce }) => nonce,
    );
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it("of an authorization the token refuses ends void, with its answer withheld", async () => {
    const payment = await claimWork(await mintPayment());
    payment.authorization.value = "20000";
    await ledger.keepAnswer(payment, answer);
    expect(await ledger.settle(payment)).toMatchObject({ outcome: "void", code: "settlement_reverted" });
    expect(await rowOf(payment)).toMatchObject({ money: "void", reason: "settlement_reverted" });
    expect(await db.$count(answers, eq(answers.paymentId, payment.id))).toBe(0);
  });
});

describe("the workers", () => {
  it("finish a payment whose process died after it signed and before it broadcast", async () => {
    const payment = await claimWork(await mintPayment());
    await ledger.keepAnswer(payment, answer);
    const chain = chains.get("eip155:84532");
    if (!chain) throw new Error("The test network has a chain");
    const silent = { ...chain, submitter: { ...relayer(), broadcast: async () => {} } };
    await submit(db, silent, payment, authorizationOf(payment));
    await abandon(payment);
    for (let round = 0; round < 10 && (await rowOf(payment))?.money !== "settled"; round++) {
      await settleUnattended(db, chains);
      await db.update(payments).set({ leaseUntil: null }).where(eq(payments.id, payment.id));
    }
    expect(await rowOf(payment)).toMatchObject({ money: "settled", delivery: "ready" });
  });

  it("end attempts whose process died, holds whose authorization ran out, and answers past their time", async () => {
    const [died, expired, old] = [
      await claimWork(await mintPayment()),
      await claimWork(await mintPayment({ validBefore: 1_000n })),
      await claimWork(await mintPayment()),
    ];
    await abandon(died);
    await ledger.fail(expired, "upstream_timeout");
    await ledger.keepAnswer(old, answer);
    await db.update(answers).set({ expiresAt: sql`now()` }).where(eq(answers.paymentId, old.id));
    await sweep(db);
    expect(await rowOf(died)).toMatchObject({ money: "held", delivery: "failed", reason: "interrupted" });
    expect(await rowOf(expired)).toMatchObject({ money: "void", reason: "authorization_expired" });
    expect(await db.$count(answers, eq(answers.paymentId, old.id))).toBe(0);
  });
});

describe("the database refuses", () => {
  const refusal = (statement: Promise<unknown>) =>
    statement.then(
      () => "accepted",
      (error: { cause?: { code?: string } }) => error.cause?.code,
    );
  const CHECK_VIOLATION = "23514";

  it("to send money before there is an answer", async () => {
    const payment = await claimWork(await mintPayment());
    const early = db.update(payments).set({ money: "submitting" }).where(eq(payments.id, payment.id));
    expect(await refusal(early)).toBe(CHECK_VIOLATION);
  });

  it("every transition of money that is not drawn", async () => {
    const payment = await claimWork(await mintPayment({ charge: "before" }));
    const settledAt = new Date();
    for (const money of ["settled", "final"] as const) {
      expect(
        await refusal(db.update(payments).set({ money, settledAt }).where(eq(payments.id, payment.id))),
      ).toBe(CHECK_VIOLATION);
    }
    await db.update(payments).set({ money: "void" }).where(eq(payments.id, payment.id));
    for (const money of ["held", "submitting", "settled", "final"] as const) {
      const back = db.update(payments).set({ money, settledAt }).where(eq(payments.id, payment.id));
      expect(await refusal(back)).toBe(CHECK_VIOLATION);
    }
  });

  it("to change who pays what to whom, to remove a payment, and to touch a settlement", async () => {
    const payment = await claimWork(await mintPayment());
    const mine = eq(payments.id, payment.id);
    expect(await refusal(db.update(payments).set({ amount: 1n }).where(mine))).toBe(CHECK_VIOLATION);
    expect(
      await refusal(
        db
          .update(payments)
          .set({ payTo: toHex(randomBytes(20)) })
          .where(mine),
      ),
    ).toBe(CHECK_VIOLATION);
    expect(await refusal(db.delete(payments).where(mine))).toBe(CHECK_VIOLATION);
    await ledger.keepAnswer(payment, answer);
    await ledger.settle(payment);
    const booked = eq(settlements.paymentId, payment.id);
    expect(await refusal(db.update(settlements).set({ amount: 1n }).where(booked))).toBe(CHECK_VIOLATION);
    expect(await refusal(db.delete(settlements).where(booked))).toBe(CHECK_VIOLATION);
  });
});
