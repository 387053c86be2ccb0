import { eq, sql } from "drizzle-orm";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Chain, Relayer } from "@/lib/chain/chain";
import { authorize, openLocal } from "@/lib/chain/fixture";
import { openRpc } from "@/lib/chain/rpc";
import { chainTxs } from "@/lib/db/schema";
import type { ClaimedPayment } from "@/lib/gateway/ports";
import { authorizationOf } from "./authorization";
import { checkLedger } from "./check";
import { losingBroadcasts, relayerOf } from "./fixture";
import { openOwnLedger } from "./own-ledger.fixture";
import { recordSettlements } from "./record";
import { settle } from "./settle";
import { nextAccountNonce } from "./stored";
import { openSubmit, type Submit } from "./submit-group";
import { fillGaps } from "./workers/fill-gaps";
import { finalise } from "./workers/finalise";
import { meterGas } from "./workers/meter-gas";
import { raiseFees } from "./workers/raise-fees";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

const PRICE = 10_000n;

/** Payments that were answered, each by a payer of its own. */
async function answered(count: number): Promise<ClaimedPayment[]> {
  const payments: ClaimedPayment[] = [];
  for (let each = 0; each < count; each++) payments.push(await own.answered());
  return payments;
}

async function answeredBy(payer: PrivateKeyAccount): Promise<ClaimedPayment> {
  return own.answered({}, payer);
}

/** The same chain, whose relayer does some things otherwise. */
function withRelayer(chain: Chain, change: (relayer: Relayer) => Partial<Relayer>): Chain {
  const relayer = relayerOf(chain);
  return { ...chain, submitter: { kind: "relayers", relayers: [{ ...relayer, ...change(relayer) }] } };
}

/** Charges payments all at once, as requests do that come together. */
async function chargeTogether(
  chain: Chain,
  payments: readonly ClaimedPayment[],
  submit: Submit = openSubmit(own.db),
) {
  const { db, log } = own;
  const record = async (proven: Parameters<typeof recordSettlements>[1][number]) =>
    (await recordSettlements(db, [proven]))[0]?.booked === true;
  return Promise.all(payments.map((payment) => settle({ db, chain, submit, record, log }, payment)));
}

/** The transactions that payments are settled by, and how many of these payments each settles. */
async function transactionsOf(payments: readonly ClaimedPayment[]): Promise<number[]> {
  const counts = new Map<string, number>();
  for (const payment of payments) {
    const { chainTxId } = await own.rowOf(payment);
    if (chainTxId !== null) counts.set(chainTxId, (counts.get(chainTxId) ?? 0) + 1);
  }
  return [...counts.values()];
}

const SETTLED = { outcome: "settled" };
const mine = (blocks: number) => own.outside.client.mine({ blocks });

describe("payments that come at the same time", () => {
  it("go as one transaction, and each is settled by its own log", async () => {
    const payments = await answered(8);
    const charges = await chargeTogether(own.chain, payments);
    expect(charges).toEqual(payments.map(() => expect.objectContaining(SETTLED)));
    expect(await transactionsOf(payments)).toEqual([8]);
    const booked = (await Promise.all(payments.map(own.settlementsOf))).flat();
    expect(new Set(booked.map(({ txHash }) => txHash)).size).toBe(1);
    expect(new Set(booked.map(({ logIndex }) => logIndex)).size).toBe(8);
  });

  it("share the gas of their transaction, of which each takes less than it would alone", async () => {
    const [alone] = await answered(1);
    const together = await answered(8);
    if (!alone) throw new Error("There is no payment");
    await chargeTogether(own.chain, [alone]);
    await chargeTogether(own.chain, together);
    await meterGas(own.db, own.chain);
    const gasOf = async (payment: ClaimedPayment) => {
      const { chainTxId } = await own.rowOf(payment);
      const [tx] = await own.db
        .select()
        .from(chainTxs)
        .where(eq(chainTxs.id, chainTxId ?? ""));
      return tx?.gasUsed ?? 0n;
    };
    const [first] = together;
    if (!first) throw new Error("There is no payment");
    expect(await gasOf(first)).toBeGreaterThan(0n);
    expect((await gasOf(first)) / 8n).toBeLessThan(await gasOf(alone));
  });

  it("cost themselves alone when they cannot be paid: the others settle without them", async () => {
    const good = await answered(3);
    const payer = await own.outside.payer(PRICE);
    const bad = await answeredBy(payer);
    await own.outside.spend(payer, PRICE);
    const [refused, ...charges] = await chargeTogether(own.chain, [bad, ...good]);
    expect(refused).toEqual({ outcome: "void", code: "insufficient_funds" });
    expect(charges).toEqual(good.map(() => expect.objectContaining(SETTLED)));
    expect(await own.rowOf(bad)).toMatchObject({ money: "void", chainTxId: null });
  });

  it("cost themselves alone also when their payers take the money back at the last moment", async () => {
    const good = await answered(3);
    const payer = await own.outside.payer(PRICE);
    const bad = await answeredBy(payer);
    const late = withRelayer(own.chain, (relayer) => ({
      async broadcast(raw) {
        await own.outside.spend(payer, PRICE);
        await relayer.broadcast(raw);
      },
    }));
    const [refused, ...charges] = await chargeTogether(late, [bad, ...good]);
    expect(refused).toEqual({ outcome: "void", code: "insufficient_funds" });
    expect(charges).toEqual(good.map(() => expect.objectContaining(SETTLED)));
    expect(await transactionsOf([bad, ...good])).toEqual([4]);
  });

  /** The same chain, where somebody burns the gas of all that go together. */
  const burning = () =>
    withRelayer(own.chain, (relayer) => ({
      sign: (authorizations, gas, nonce) =>
        relayer.sign(authorizations, authorizations.length > 1 ? { ...gas, gas: 130_000n } : gas, nonce),
    }));

  it("are sent once more by themselves when somebody burned the gas of all (D11)", async () => {
    const payments = await answered(4);
    const charges = await chargeTogether(burning(), payments);
    expect(charges).toEqual(payments.map(() => expect.objectContaining(SETTLED)));
    expect((await transactionsOf(payments)).length).toBeGreaterThan(1);
    for (const payment of payments) expect(await own.settlementsOf(payment)).toHaveLength(1);
  });

  it("are so also when their requests are gone, and when they are presented again (C6, D11)", async () => {
    const payments = await answered(6);
    const submit = openSubmit(own.db);
    const chain = burning();
    await Promise.all(payments.map((payment) => submit(chain, payment, authorizationOf(payment))));
    for (const payment of payments) await own.abandon(payment);
    const again = payments
      .slice(0, 2)
      .map((payment) => ({ ...payment, money: "submitting" as const, lease: "" }));
    expect(await chargeTogether(chain, again)).toEqual(again.map(() => expect.objectContaining(SETTLED)));
    for (let round = 0; round < 2; round++) await own.settleRound();
    for (const payment of payments) {
      expect(await own.rowOf(payment)).toMatchObject({ money: "settled", delivery: "ready" });
      expect(await own.settlementsOf(payment)).toHaveLength(1);
    }
  });

  it("end when they fail by themselves as well (D11)", async () => {
    const payments = await answered(3);
    const submit = openSubmit(own.db);
    const starved = withRelayer(own.chain, (relayer) => ({
      sign: (authorizations, gas, nonce) => relayer.sign(authorizations, { ...gas, gas: 60_000n }, nonce),
    }));
    await Promise.all(payments.map((payment) => submit(starved, payment, authorizationOf(payment))));
    const charges = await chargeTogether(
      starved,
      payments.map((payment) => ({ ...payment, money: "submitting" as const })),
    );
    expect(charges).toEqual(payments.map(() => ({ outcome: "void", code: "settlement_reverted" })));
  });

  it("are left out before anything is signed when their lease is lost", async () => {
    const [lost, ...kept] = await answered(4);
    if (!lost) throw new Error("There is no payment");
    const slow = withRelayer(own.chain, (relayer) => ({
      async quoteGroup(authorizations) {
        const quote = await relayer.quoteGroup(authorizations);
        await own.abandon(lost);
        return quote;
      },
    }));
    const [charge, ...charges] = await chargeTogether(slow, [lost, ...kept]);
    expect(charge).toEqual({ outcome: "unavailable" });
    expect(charges).toEqual(kept.map(() => expect.objectContaining(SETTLED)));
    expect(await own.rowOf(lost)).toMatchObject({ money: "held", chainTxId: null });
    const { asset, from, nonce } = authorizationOf(await own.rowOf(lost));
    expect(await own.chain.payerState({ asset, from, nonce })).toMatchObject({ nonceUsed: false });
  });

  it("use each account nonce once, also those that a process expects and another one takes (D8)", async () => {
    const [ours, theirs] = [openSubmit(own.db), openSubmit(own.db)];
    const payments: ClaimedPayment[] = [];
    for (const submit of [ours, ours, theirs, ours, ours, theirs]) {
      const some = await answered(2);
      const charges = await chargeTogether(own.chain, some, submit);
      expect(charges).toEqual(some.map(() => expect.objectContaining(SETTLED)));
      payments.push(...some);
    }
    expect(await transactionsOf(payments)).toEqual([2, 2, 2, 2, 2, 2]);
    // What is expected holds for those alone whose lease does.
    const [lost, kept] = await answered(2);
    if (!lost || !kept) throw new Error("There are no payments");
    await own.abandon(lost);
    expect(await chargeTogether(own.chain, [lost, kept], theirs)).toEqual([
      { outcome: "unavailable" },
      expect.objectContaining(SETTLED),
    ]);
    expect(await own.rowOf(lost)).toMatchObject({ money: "held", chainTxId: null });
    const { address } = relayerOf(own.chain);
    expect(await relayerOf(own.chain).minedNonces()).toEqual([
      await nextAccountNonce(own.db, { network: own.chain.network.id, sender: address }),
    ]);
  });

  it("go with the next ones where a block has no room for all", async () => {
    const payments = await answered(5);
    await own.outside.client.setBlockGasLimit({ gasLimit: 1_000_000n });
    await mine(1);
    const narrow = openLocal(own.rpcUrl);
    await own.outside.giveGas(relayerOf(narrow).address);
    const charges = await chargeTogether(narrow, payments);
    await own.outside.client.setBlockGasLimit({ gasLimit: 30_000_000n });
    expect(charges).toEqual(payments.map(() => expect.objectContaining(SETTLED)));
    expect(Math.max(...(await transactionsOf(payments)))).toBeLessThan(5);
  });
});

describe("a contract wallet's payment", () => {
  it("goes by itself, whatever it is sent beside: it may burn all gas there is (D17)", async () => {
    const owner = privateKeyToAccount(generatePrivateKey());
    const from = await own.outside.contractPayer(owner.address, PRICE);
    const minted = await own.mintPayment();
    const { digest, ...signed } = await authorize(owner, { from, to: minted.payTo as `0x${string}` });
    const { value, validAfter, validBefore } = signed;
    const numbers = { value: `${value}`, validAfter: `${validAfter}`, validBefore: `${validBefore}` };
    const wallets = await own.answered({
      digest: Buffer.from(digest.slice(2), "hex"),
      ...{ payer: from, payTo: signed.to, amount: value, validBefore },
      authorization: { from, to: signed.to, nonce: signed.nonce, signature: signed.signature, ...numbers },
    });
    const others = await answered(3);
    const charges = await chargeTogether(own.chain, [wallets, ...others]);
    expect(charges).toEqual([wallets, ...others].map(() => expect.objectContaining(SETTLED)));
    expect(await transactionsOf([wallets])).toEqual([1]);
    expect((await transactionsOf([wallets, ...others])).sort()).toEqual([1, 3]);
  });
});

describe("a transaction of many payments", () => {
  it("that was stored and not sent is sent as it was signed, and settles them all (C5)", async () => {
    const payments = await answered(4);
    const { db, chain, log } = own;
    const submit = openSubmit(db);
    const lost = losingBroadcasts(chain);
    await Promise.all(payments.map((payment) => submit(lost, payment, authorizationOf(payment))));
    for (const payment of payments) await own.abandon(payment);
    expect(await transactionsOf(payments)).toEqual([4]);
    await fillGaps(db, chain, log);
    await own.settleRound();
    for (const payment of payments) expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });

  it("that waits for too long offers more, and settles them under its new hash (D9)", async () => {
    const payments = await answered(3);
    const { db, chain, log } = own;
    const submit = openSubmit(db);
    const lost = losingBroadcasts(chain);
    await Promise.all(payments.map((payment) => submit(lost, payment, authorizationOf(payment))));
    for (const payment of payments) await own.abandon(payment);
    await db.update(chainTxs).set({ createdAt: sql`now() - interval '1 minute'` });
    await mine(4);
    await raiseFees(db, chain, log);
    await own.settleRound();
    const hashes = (await Promise.all(payments.map(own.settlementsOf))).flat().map(({ txHash }) => txHash);
    expect(hashes).toHaveLength(3);
    const [raised] = await db
      .select()
      .from(chainTxs)
      .where(eq(chainTxs.hash, hashes[0] ?? ""));
    expect(raised?.version).toBe(2);
    await meterGas(db, chain);
    expect(await own.rowOf(payments[2] ?? { id: "" })).toMatchObject({ chainTxId: raised?.id });
  });

  it("that a reorg dropped moves nothing for the one that ended in it, and settles the others again (D13)", async () => {
    const { db, chain, log } = own;
    const good = await answered(3);
    const payer = await own.outside.payer(PRICE);
    const bad = await answeredBy(payer);
    const late = withRelayer(chain, (relayer) => ({
      async broadcast(raw) {
        await own.outside.spend(payer, PRICE);
        await relayer.broadcast(raw);
      },
    }));
    const [refused] = await chargeTogether(late, [bad, ...good]);
    expect(refused).toMatchObject({ outcome: "void" });
    await own.reorg(1);
    await own.outside.mint(payer.address, PRICE);
    for (const payment of good) await own.abandon(payment);
    for (let round = 0; round < 3; round++) {
      await finalise(db, chain, log);
      await fillGaps(db, chain, log);
      await own.settleRound();
    }
    for (const payment of good) {
      expect(await own.rowOf(payment)).toMatchObject({ money: expect.stringMatching(/settled|final/) });
    }
    const { asset, from, nonce } = authorizationOf(await own.rowOf(bad));
    expect(await chain.payerState({ asset, from, nonce })).toMatchObject({ nonceUsed: false });
    expect(await own.rowOf(bad)).toMatchObject({ money: "void" });
  });
});

describe("several relayers", () => {
  it("send side by side, each with account nonces of its own, and the one that is short of gas does not", async () => {
    const keys = [generatePrivateKey(), generatePrivateKey(), generatePrivateKey()];
    const [one, two, poor] = keys.map((key) => privateKeyToAccount(key).address);
    const several = openLocal(own.rpcUrl, { relayerKey: keys });
    for (const rich of [one, two]) if (rich) await own.outside.giveGas(rich);
    expect(await several.faults()).toEqual([]);
    const payments = await answered(6);
    const halves = [payments.slice(0, 3), payments.slice(3)];
    // What the first half sends is on its way until somebody proves it.
    const submit = openSubmit(own.db);
    await Promise.all((halves[0] ?? []).map((each) => submit(several, each, authorizationOf(each))));
    await Promise.all((halves[1] ?? []).map((each) => submit(several, each, authorizationOf(each))));
    const senders = await own.db
      .selectDistinct({ sender: chainTxs.sender })
      .from(chainTxs)
      .where(sql`sender in ${keys.map((key) => privateKeyToAccount(key).address)}`);
    expect(senders.map(({ sender }) => sender).sort()).toEqual([one, two].sort());
    expect(senders.map(({ sender }) => sender)).not.toContain(poor);
    await own.settleRound();
    for (const payment of payments) await own.abandon(payment);
  });
});

describe("after all of this", () => {
  it("the ledger equals the chain", async () => {
    const { network } = own.chain;
    const rpc = openRpc(network, [own.rpcUrl], own.log);
    const { differences } = await checkLedger(own.db, [{ network, rpc }]);
    expect(differences).toEqual([]);
  });
});
