import { eq, sql } from "drizzle-orm";
import { toHex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Chain } from "@/lib/chain/chain";
import { keptLog, lyingRpc, openLocal } from "@/lib/chain/fixture";
import { chainTxs } from "@/lib/db/schema";
import { authorizationOf } from "@/lib/ledger/authorization";
import { losingBroadcasts, relayerOf } from "@/lib/ledger/fixture";
import { openOwnLedger } from "@/lib/ledger/own-ledger.fixture";
import { syncRelayer } from "@/lib/ledger/sign-and-store";
import { nextAccountNonce } from "@/lib/ledger/stored";
import { fillGaps } from "./fill-gaps";
import { meterGas } from "./meter-gas";
import { raiseFees } from "./raise-fees";

type Lie = Parameters<typeof lyingRpc>[1];

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
  await syncRelayer(own.db, own.chain.network.id, relayerOf(own.chain));
});
afterAll(() => own.close());

const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** The chain as a process sees it whose first RPC always lies; `honest` are the others. */
async function seenThrough(lie: Lie, honest: string[]) {
  const liar = await lyingRpc(own.rpcUrl, lie);
  open.push(liar);
  return openLocal([liar.url, ...honest], { relayerKey: own.relayerKey }, own.log);
}

const LOW_FEES: Lie = ({ method }, result) => {
  if (method === "eth_maxPriorityFeePerGas") return "0x1";
  return method === "eth_getBlockByNumber" ? { ...Object(result), baseFeePerGas: "0x1" } : result;
};

const miscounting =
  (change: (count: number) => number): Lie =>
  ({ method }, result) =>
    method === "eth_getTransactionCount" ? toHex(change(Number(result))) : result;

const ahead =
  (blocks: bigint): Lie =>
  ({ method }, result) => {
    if (method !== "eth_getBlockByNumber") return result;
    const block = Object(result);
    return { ...block, number: toHex(BigInt(block.number) + blocks) };
  };

const nextNonce = () =>
  nextAccountNonce(own.db, { network: own.chain.network.id, sender: relayerOf(own.chain).address });

/** A payment whose transaction was priced by an RPC that is the only one to answer, and lies. */
async function pricedByLiar(payment: Awaited<ReturnType<typeof own.answered>>) {
  await own.sent(payment, losingBroadcasts(await seenThrough(LOW_FEES, [])));
  await own.outside.client.mine({ blocks: 3 });
}

describe("of two RPCs the first, which lies all the time,", () => {
  it.each([
    ["more transactions than there are", (count: number) => count + 50],
    ["none", () => 0],
  ])("keeps no lost transaction from being sent again by counting %s (D10, D3)", async (_, change) => {
    const waiting = [await own.answered(), await own.answered()];
    for (const payment of waiting) await own.sent(payment);
    const chain = await seenThrough(miscounting(change), [own.rpcUrl]);
    await fillGaps(own.db, chain, own.log);
    await own.settleRound();
    for (const payment of waiting) expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });

  it.each([
    ["more transactions than there are", miscounting((count) => count + 50)],
    ["none", miscounting(() => 0)],
    ["the blocks that are to come", ahead(1_000_000n)],
    ["a fraction of the blocks", ahead(-3n)],
  ])("keeps no stuck transaction from offering more by counting %s (D9, D3)", async (_, lie) => {
    const nonce = await nextNonce();
    const payment = await own.answered();
    const chain = await seenThrough(lie, [own.rpcUrl]);
    await own.sent(payment, losingBroadcasts(chain));
    await own.outside.client.mine({ blocks: 6 });
    await raiseFees(own.db, chain, own.log);
    expect(await own.versionsOf(nonce)).toHaveLength(2);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });

  it("has nothing done again that is long past by counting none, and no bill of gas taken back (D9, D10, D3)", async () => {
    const nonce = await nextNonce();
    await own.settled();
    await meterGas(own.db, own.chain);
    const everything = () => own.db.select().from(chainTxs).orderBy(chainTxs.accountNonce, chainTxs.version);
    const before = await everything();
    expect(before.find(({ accountNonce }) => accountNonce === nonce)?.gasCost).toBeGreaterThan(0n);
    await own.outside.client.mine({ blocks: 4 });
    const chain = await seenThrough(
      miscounting(() => 0),
      [own.rpcUrl],
    );
    const sent: string[] = [];
    const relayer = relayerOf(chain);
    const broadcast = async (raw: string) => void sent.push(raw);
    const watched: Chain = {
      ...chain,
      submitter: { kind: "relayers", relayers: [{ ...relayer, broadcast }] },
    };
    for (const work of [fillGaps, raiseFees, meterGas]) await work(own.db, watched, own.log);
    expect(sent).toEqual([]);
    expect(await everything()).toEqual(before);
  });
});

describe("of two RPCs the one that counts more transactions than there are, and invents receipts,", () => {
  it("keeps no gap open that a relayer's transactions wait behind (D10, D3)", async () => {
    const [mined] = await own.settlementsOf(await own.settled());
    const payer = await own.outside.payer(10_000n);
    const lost = await own.answered({}, payer);
    await own.sent(lost);
    await own.outside.cancel(payer, authorizationOf(lost));
    await own.settleRound();
    expect(await own.rowOf(lost)).toMatchObject({ money: "void" });
    const receipt = await own.outside.client.request<{
      Method: "eth_getTransactionReceipt";
      Parameters: [string];
      ReturnType: object;
    }>({ method: "eth_getTransactionReceipt", params: [mined?.txHash ?? ""] });
    const chain = await seenThrough(
      (call, result) => {
        const isUnknown = call.method === "eth_getTransactionReceipt" && result === null;
        if (isUnknown) return { ...receipt, transactionHash: call.params?.[0] };
        return miscounting((count) => count + 50)(call, result);
      },
      [own.rpcUrl],
    );
    const next = await own.answered();
    await own.sent(next, chain);
    for (let round = 0; round < 2; round++) {
      await meterGas(own.db, chain);
      await fillGaps(own.db, chain, own.log);
    }
    await own.outside.client.mine({ blocks: 1 });
    await own.settleRound();
    expect(await own.rowOf(next)).toMatchObject({ money: "settled" });
  });
});

describe("a transaction that was priced by a lie", () => {
  it("far too low is mined once an honest RPC answers, even if the other goes on lying (D9, D3)", async () => {
    const nonce = await nextNonce();
    const payment = await own.answered();
    await pricedByLiar(payment);
    expect((await own.versionsOf(nonce))[0]?.maxFeePerGas).toBe(3n);
    await raiseFees(own.db, await seenThrough(LOW_FEES, [own.rpcUrl]), own.log);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });

  it("far too low is priced anew by honest RPCs although no block comes meanwhile (D9, D3)", async () => {
    const payment = await own.answered();
    await own.sent(payment, losingBroadcasts(await seenThrough(LOW_FEES, [])));
    await raiseFees(own.db, own.chain, own.log);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });

  it("far too high, more than the relayer has, is priced anew, and not held (D9, D3)", async () => {
    const nonce = await nextNonce();
    const payment = await own.answered();
    await own.sent(payment);
    const [first] = await own.versionsOf(nonce);
    if (!first) throw new Error("Nothing was stored");
    const tooMuch = { maxFeePerGas: 10n ** 18n, maxPriorityFeePerGas: 1n };
    const { raw, hash } = await relayerOf(own.chain).signBlank(nonce, tooMuch);
    await own.db
      .update(chainTxs)
      .set({ raw, hash, pricedAtBlock: 10n ** 9n, createdAt: sql`now() - interval '1 minute'` })
      .where(eq(chainTxs.id, first.id));
    await raiseFees(own.db, own.chain, own.log);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });

  it("and whose payment ended without it is replaced by one that moves nothing, and that is mined (D9, D10)", async () => {
    const nonce = await nextNonce();
    const payer = await own.outside.payer(10_000n);
    const payment = await own.answered({}, payer);
    await pricedByLiar(payment);
    await own.outside.cancel(payer, {
      ...{ from: payer.address, to: payer.address, value: 0n, validAfter: 0n, validBefore: 0n },
      asset: own.chain.network.token.address,
      nonce: payment.authorization.nonce as `0x${string}`,
      signature: "0x",
    });
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "void" });
    await fillGaps(own.db, await seenThrough(LOW_FEES, [own.rpcUrl]), keptLog());
    await expect.poll(() => relayerOf(own.chain).minedNonces()).toEqual([nonce + 1]);
  });
});
