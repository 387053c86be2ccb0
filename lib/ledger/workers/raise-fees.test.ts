import { eq } from "drizzle-orm";
import { type Hex, parseTransaction } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainTxs } from "@/lib/db/schema";
import { authorizationOf } from "@/lib/ledger/authorization";
import { relayerOf } from "@/lib/ledger/fixture";
import { openOwnLedger } from "@/lib/ledger/own-ledger.fixture";
import { nextAccountNonce } from "@/lib/ledger/stored";
import { raiseFees } from "./raise-fees";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

const gasOf = (raw: string) => parseTransaction(raw as Hex).gas ?? 0n;

describe("a stored transaction that offers more gas than a block has", () => {
  it("is signed again with less, and holds up nothing behind it (D9)", async () => {
    await own.settled();
    const relayer = relayerOf(own.chain);
    const nonce = await nextAccountNonce(own.db, { network: own.chain.network.id, sender: relayer.address });
    const [stuck, behind] = [await own.answered(), await own.answered()];
    await own.sent(stuck);
    const { gasLimit } = await own.outside.client.getBlock();
    const fees = await relayer.gasPrice();
    const { raw, hash } = await relayer.sign(
      [authorizationOf(stuck)],
      { ...fees, gas: gasLimit + 1n },
      nonce,
    );
    await own.db.update(chainTxs).set({ raw, hash }).where(eq(chainTxs.accountNonce, nonce));
    await own.sent(behind, own.chain);
    await relayer.broadcast(raw);
    expect(await relayer.minedNonces()).toEqual([nonce]);
    await own.outside.client.mine({ blocks: 4 });
    await raiseFees(own.db, own.chain, own.log);
    const versions = await own.versionsOf(nonce);
    expect(versions.map((version) => gasOf(version.raw) > gasLimit)).toEqual([true, false]);
    await own.outside.client.mine({ blocks: 1 });
    await own.settleRound();
    for (const payment of [stuck, behind]) {
      expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
    }
  });
});
