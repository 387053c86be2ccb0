import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chainTxs, payments } from "@/lib/db/schema";
import { createSealer } from "@/lib/seal";
import { openClaim } from "./claim";
import { openGasCap } from "./gas-cap";
import { gasPolicies, worthOf } from "./gas-policy";
import { openLeases } from "./lease";
import { openLook } from "./look";
import { openOwnLedger } from "./own-ledger.fixture";
import { lowestPrice } from "./price-floor";
import { meterGas } from "./workers/meter-gas";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

const DOLLAR = 1_000_000n;

describe("gas", () => {
  it("is worth what its coin is said to be worth, rounded up, and limits nothing where that is not said", () => {
    const config = { network: "eip155:84532", rpc: ["http://127.0.0.1"], relayerKey: `0x${"1".repeat(64)}` };
    const policies = gasPolicies([
      { ...config, nativeUsd: "3000.5", merchantGasUsdPerDay: "2" },
      { ...config, network: "eip155:8453" },
    ]);
    expect(policies).toEqual(
      new Map([["eip155:84532", { nativeMicroUsd: 3_000_500_000n, dailyMicroUsd: 2n * DOLLAR }]]),
    );
    const policy = policies.get("eip155:84532");
    if (!policy) throw new Error("There is no policy");
    expect(worthOf(10n ** 18n, policy)).toBe(3_000_500_000n);
    expect(worthOf(1n, policy)).toBe(1n);
  });

  it("of the latest settlements makes the lowest price, five times what one of them cost (J1)", async () => {
    const policy = { nativeMicroUsd: 3_000n * DOLLAR, dailyMicroUsd: DOLLAR };
    expect(await lowestPrice(own.db, own.chain.network.id, policy)).toBe(0n);
    const [one, other] = [await own.settled(), await own.settled()];
    await meterGas(own.db, own.chain);
    const costs = await own.db.select({ cost: chainTxs.gasCost }).from(chainTxs);
    const mean = costs.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n) / 2n;
    expect(mean).toBeGreaterThan(0n);
    expect(await lowestPrice(own.db, own.chain.network.id, policy)).toBe(5n * worthOf(mean, policy));
    // One transaction that settles both costs each a half.
    const { chainTxId } = await own.rowOf(one);
    await own.db.update(payments).set({ chainTxId }).where(sql`id = ${other.id}`);
    const single = (await own.db.select().from(chainTxs).where(sql`id = ${chainTxId}`))[0]?.gasCost ?? 0n;
    expect(await lowestPrice(own.db, own.chain.network.id, policy)).toBe(
      5n * worthOf((single + 1n) / 2n, policy),
    );
  });

  it("of one merchant's day is capped: its payments are refused, and no other merchant's (J2)", async () => {
    const payment = await own.settled();
    await meterGas(own.db, own.chain);
    const { merchantId, network } = payment;
    const tx = (await own.rowOf(payment)).chainTxId;
    const cost = (await own.db.select().from(chainTxs).where(sql`id = ${tx}`))[0]?.gasCost ?? 0n;
    const nativeMicroUsd = 10n ** 18n;
    const capAt = (dailyMicroUsd: bigint) =>
      openGasCap(own.db, new Map([[network, { nativeMicroUsd, dailyMicroUsd }]]));
    expect(await capAt(cost + 1n)(merchantId, network)).toBe(false);
    const isGasSpent = capAt(cost);
    expect(await isGasSpent(merchantId, network)).toBe(true);
    const leases = openLeases(own.db, own.log);
    const look = openLook(own.db);
    const claim = openClaim({ db: own.db, sealer: createSealer("-".repeat(32)), leases, look, isGasSpent });
    const mine = { ...(await own.mintPayment()), merchantId };
    expect(await claim(mine)).toEqual({ kind: "refused", code: "endpoint_paused" });
    expect(await claim(await own.mintPayment())).toMatchObject({ kind: "work" });
    await own.db
      .update(payments)
      .set({ settledAt: sql`now() - interval '25 hours'` })
      .where(sql`id = ${payment.id}`);
    expect(await capAt(cost)(merchantId, network)).toBe(false);
    leases.stop();
  });

  it("of one merchant's day is that of all its hours, also when it is summed again (J2)", async () => {
    const payment = await own.settled();
    await meterGas(own.db, own.chain);
    const { merchantId, network } = payment;
    const before = await own.rowOf(payment);
    const [tx] = await own.db.select().from(chainTxs).where(sql`id = ${before.chainTxId}`);
    const cost = tx?.gasCost ?? 0n;
    // Copies with transactions of their own.
    await own.db.execute(sql`
      with hours as (select n, gen_random_uuid() tx_id from unnest(array[1, 7, 23, 25]) n), txs as (
        insert into chain_txs (id, network, hash, sender, account_nonce, raw, gas_cost)
        select tx_id, network, hash || n, sender || n, account_nonce, raw, gas_cost
        from chain_txs, hours where id = ${before.chainTxId}
      )
      insert into payments
      select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'chain_tx_id', tx_id,
        'settled_at', now() - make_interval(hours => n), 'identity', '\\x' || encode(sha256((id::text || n)::bytea), 'hex')))).*
      from payments p, hours where id = ${payment.id}`);
    const policy = { nativeMicroUsd: 10n ** 18n, dailyMicroUsd: cost * 4n };
    const isGasSpent = openGasCap(own.db, new Map([[network, policy]]));
    const less = openGasCap(own.db, new Map([[network, { ...policy, dailyMicroUsd: cost * 4n + 1n }]]));
    const clock = performance.now.bind(performance);
    for (const later of [0, 10_000]) {
      vi.spyOn(performance, "now").mockImplementation(() => clock() + later);
      expect(await isGasSpent(merchantId, network)).toBe(true);
      expect(await less(merchantId, network)).toBe(false);
    }
    vi.restoreAllMocks();
  });

  it("of a transaction that is not mined yet counts as much as it may take (J2)", async () => {
    const payment = await own.answered();
    await own.sent(payment);
    const policy = { nativeMicroUsd: 10n ** 18n, dailyMicroUsd: 1n };
    const isGasSpent = openGasCap(own.db, new Map([[payment.network, policy]]));
    expect(await isGasSpent(payment.merchantId, payment.network)).toBe(true);
  });
});
