import { eq, sql } from "drizzle-orm";
import { createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainTxs, relayers } from "@/lib/db/schema";
import { authorizationOf } from "@/lib/ledger/authorization";
import { losingBroadcasts, relayerOf } from "@/lib/ledger/fixture";
import { openOwnLedger } from "@/lib/ledger/own-ledger.fixture";
import { syncRelayer } from "@/lib/ledger/sign-and-store";
import { submit } from "@/lib/ledger/submit";
import { fillGaps } from "./fill-gaps";
import { meterGas } from "./meter-gas";
import { raiseFees } from "./raise-fees";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
  await syncRelayer(own.db, own.chain.network.id, relayerOf(own.chain));
});
afterAll(() => own.close());

const GWEI = 10n ** 9n;

/** What the next block asks of every transaction, in wei. */
const setBaseFee = (baseFeePerGas: bigint) => own.outside.client.setNextBlockBaseFeePerGas({ baseFeePerGas });

const nextNonce = async () => (await own.db.select().from(relayers))[0]?.nextNonce ?? -1;

/** Uses up the relayer's next account nonce, as whoever else has its key would. */
async function spendAccountNonce(): Promise<void> {
  const account = privateKeyToAccount(own.relayerKey);
  const wallet = createWalletClient({ account, transport: http(own.rpcUrl) });
  const hash = await wallet.sendTransaction({ to: account.address, value: 0n, chain: null });
  await own.outside.client.waitForTransactionReceipt({ hash });
}

describe("an account nonce", () => {
  it("that nothing is stored for is used up by a transaction that moves nothing, by one of many replicas (D10)", async () => {
    const lost = await nextNonce();
    await own.db.update(relayers).set({ nextNonce: sql`${relayers.nextNonce} + 1` });
    const payment = await own.answered();
    await own.sent(payment, own.chain);
    await Promise.all(Array.from({ length: 4 }, () => fillGaps(own.db, own.chain, own.log)));
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
    expect(await own.versionsOf(lost)).toHaveLength(1);
  });

  it("is handed out and has its transaction stored in one step, or is not handed out (C12)", async () => {
    const next = await nextNonce();
    const payment = await own.answered();
    await own.abandon(payment);
    expect(await submit(own.db, own.chain, payment, authorizationOf(payment))).toEqual({ kind: "lost" });
    expect([await nextNonce(), await own.versionsOf(next)]).toEqual([next, []]);
  });

  it("whose transaction got lost gets the very same one again, and so do all that wait behind it (D10)", async () => {
    const waiting = [await own.answered(), await own.answered(), await own.answered()];
    for (const payment of waiting) await own.sent(payment);
    await fillGaps(own.db, own.chain, own.log);
    await own.settleRound();
    for (const payment of waiting) expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });
});

describe("an account nonce that somebody else used up with the same key", () => {
  it("is handed out no more as soon as a worker comes by, and an operator is told once (D10)", async () => {
    await spendAccountNonce();
    for (let round = 0; round < 2; round++) await fillGaps(own.db, own.chain, own.log);
    expect(own.log.lines.filter(({ event }) => event === "relayer.used_elsewhere")).toHaveLength(1);
    const payment = await own.answered();
    expect(await own.ledger.settle(payment)).toMatchObject({ outcome: "settled" });
  });

  it("has its payment sent again, under one of its own (D10)", async () => {
    const nonce = await nextNonce();
    await spendAccountNonce();
    const payment = await own.answered();
    await own.sent(payment, own.chain);
    expect(await own.versionsOf(nonce)).toHaveLength(1);
    await own.rest(payment);
    for (let round = 0; round < 2; round++) await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled", delivery: "ready" });
    expect(await own.settlementsOf(payment)).toHaveLength(1);
  });
});

describe("a transaction whose payment ended because it reverted", () => {
  it("never moves its money after all when a reorg drops it: its payer was told to sign again (D10, D13)", async () => {
    const nonce = await nextNonce();
    const payer = await own.outside.payer(10_000n);
    const payment = await own.answered({}, payer);
    await own.sent(payment);
    await own.outside.spend(payer, 10_000n);
    await fillGaps(own.db, own.chain, own.log);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "void", reason: "insufficient_funds" });
    await own.reorg(1);
    await own.outside.mint(payer.address, 10_000n);
    for (let round = 0; round < 2; round++) await fillGaps(own.db, own.chain, own.log);
    const { from, nonce: key } = authorizationOf(await own.rowOf(payment));
    const asset = own.chain.network.token.address;
    expect(await own.chain.payerState({ asset, from, nonce: key })).toMatchObject({ nonceUsed: false });
    expect(await own.versionsOf(nonce)).toHaveLength(2);
    const next = await own.answered();
    expect(await own.ledger.settle(next)).toMatchObject({ outcome: "settled" });
  });
});

describe("a transaction that the chain asks more of than it offers", () => {
  it("offers more under the same account nonce, once each replica's turn, and is proven under its new hash (D9)", async () => {
    const nonce = await nextNonce();
    const payment = await own.answered();
    await own.sent(payment);
    await setBaseFee(20n * GWEI);
    await own.outside.client.mine({ blocks: 3 });
    await setBaseFee(6n * GWEI);
    await own.outside.client.mine({ blocks: 1 });
    await Promise.all(Array.from({ length: 4 }, () => raiseFees(own.db, own.chain, own.log)));
    const versions = await own.versionsOf(nonce);
    expect(versions.map(({ version }) => version)).toEqual([1, 2]);
    const [first, second] = versions.map(({ maxFeePerGas }) => maxFeePerGas ?? 0n);
    expect((second ?? 0n) * 8n).toBeGreaterThanOrEqual((first ?? 0n) * 9n);
    await own.settleRound();
    expect(await own.settlementsOf(payment)).toMatchObject([{ txHash: versions[1]?.hash }]);
    await meterGas(own.db, own.chain);
    expect(await own.rowOf(payment)).toMatchObject({ chainTxId: versions[1]?.id });
    const [dead, mined] = await own.versionsOf(nonce);
    expect(dead).toMatchObject({ gasCost: 0n });
    expect(mined?.gasUsed).toBeGreaterThan(21_000n);
    expect(mined?.gasCost).toBeGreaterThan(mined?.gasUsed ?? 0n);
  });

  it("is left alone for three blocks (D9)", async () => {
    const nonce = await nextNonce();
    const payment = await own.answered();
    await own.sent(payment);
    // As if its price was read just now; it may be from some blocks ago.
    const pricedAtBlock = await own.outside.client.getBlockNumber({ cacheTime: 0 });
    await own.db.update(chainTxs).set({ pricedAtBlock }).where(eq(chainTxs.accountNonce, nonce));
    await own.outside.client.mine({ blocks: 2 });
    await raiseFees(own.db, own.chain, own.log);
    expect(await own.versionsOf(nonce)).toHaveLength(1);
    await fillGaps(own.db, own.chain, own.log);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });

  it("offers what the chain asks by then, also far more than it offered first, and an operator is told of the spike (D9)", async () => {
    const nonce = await nextNonce();
    const payment = await own.answered();
    await own.sent(payment);
    const [first] = await own.versionsOf(nonce);
    await setBaseFee((first?.maxFeePerGas ?? 0n) * 30n);
    await own.outside.client.mine({ blocks: 4 });
    await raiseFees(own.db, own.chain, own.log);
    await setBaseFee(GWEI);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
    expect(await own.versionsOf(nonce)).toHaveLength(2);
    expect(own.log.lines.map(({ event }) => event)).toContain("relayer.fees_soared");
  });

  // Not at ten times what it offered first, which an RPC may have made up: that would hold it for ever.
  it("is held at ten times what the chain asks, and an operator is told (D9)", async () => {
    const nonce = await nextNonce();
    const payment = await own.answered();
    await own.sent(payment);
    const lost = losingBroadcasts(own.chain);
    for (let round = 0; round < 30; round++) {
      await own.db.update(chainTxs).set({ createdAt: sql`now() - interval '1 minute'`, pricedAtBlock: 0n });
      await raiseFees(own.db, lost, own.log);
    }
    const { urgent } = await relayerOf(own.chain).gasPrice();
    const offered = (await own.versionsOf(nonce)).map(({ maxFeePerGas }) => maxFeePerGas ?? 0n);
    expect(offered.at(-1)).toBeGreaterThan(urgent.maxFeePerGas * 8n);
    expect(offered.at(-1)).toBeLessThanOrEqual(urgent.maxFeePerGas * 10n);
    expect(own.log.lines.map(({ event }) => event)).toContain("relayer.fee_cap_reached");
    expect(await own.rowOf(payment)).toMatchObject({ money: "submitting" });
    await fillGaps(own.db, own.chain, own.log);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });

  it("moves nothing any more when its payment ended without it (D9)", async () => {
    const nonce = await nextNonce();
    const payer = await own.outside.payer(10_000n);
    const payment = await own.answered({}, payer);
    await own.sent(payment);
    await own.outside.cancel(payer, {
      ...{ from: payer.address, to: payer.address, value: 0n, validAfter: 0n, validBefore: 0n },
      asset: own.chain.network.token.address,
      nonce: payment.authorization.nonce as `0x${string}`,
      signature: "0x",
    });
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "void" });
    await own.outside.client.mine({ blocks: 4 });
    await raiseFees(own.db, own.chain, own.log);
    await meterGas(own.db, own.chain);
    const [, blank] = await own.versionsOf(nonce);
    expect(blank).toMatchObject({ gasUsed: 21_000n });
  });
});
