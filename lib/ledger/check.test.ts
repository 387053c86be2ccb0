import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, expect, inject, it } from "vitest";
import { Outside, openLocal } from "@/lib/chain/fixture";
import { openRpc } from "@/lib/chain/rpc";
import { encodeTransfer } from "@/lib/chain/transfer";
import type { ClaimedPayment } from "@/lib/gateway/ports";
import { log } from "@/lib/log";
import { authorizationOf } from "./authorization";
import { checkLedger } from "./check";
import { ANSWER, openTestLedger } from "./fixture";

const { rpcUrl } = inject("local");
const outside = new Outside(rpcUrl);
const { network } = openLocal(rpcUrl);
const { db, ledger, mintPayment, claimWork, rowOf, close } = openTestLedger();
afterAll(close);

/** What the check says about one payment and its payout address. */
async function check({ id, payTo }: ClaimedPayment, networks = [network]) {
  const opened = networks.map((each) => ({ network: each, rpc: openRpc(each, [rpcUrl], log) }));
  const { sums, differences } = await checkLedger(db, opened);
  return {
    sum: sums.find((sum) => sum.payTo === payTo),
    differences: differences.filter(({ paymentId }) => paymentId === id).map(({ kind }) => kind),
  };
}

async function settled(): Promise<ClaimedPayment> {
  const payment = await claimWork(await mintPayment({}, await outside.payer(10_000n)));
  await ledger.keepAnswer(payment, ANSWER);
  expect(await ledger.settle(payment)).toMatchObject({ outcome: "settled" });
  return payment;
}

it("sums what an address got and finds no difference when the chain shows the same", async () => {
  const payment = await settled();
  expect(await check(payment)).toEqual({
    sum: {
      network: "eip155:84532",
      asset: network.token.address,
      payTo: payment.payTo,
      settlements: 1,
      amount: "10000",
      decimalAmount: "0.01",
      otherTransfers: 0,
    },
    differences: [],
  });
});

it("finds a transfer that a payment made and the ledger lacks", async () => {
  const payment = await claimWork(await mintPayment({}, await outside.payer(10_000n)));
  await outside.send(network.token.address, encodeTransfer(authorizationOf(await rowOf(payment))));
  expect(await check(payment)).toMatchObject({ sum: { settlements: 0 }, differences: ["not_in_ledger"] });
});

it("counts money that reached an address without a payment of ours apart", async () => {
  const payment = await settled();
  await outside.mint(payment.payTo as `0x${string}`, 5n);
  expect(await check(payment)).toMatchObject({
    sum: { amount: "10000", otherTransfers: 1 },
    differences: [],
  });
});

it("finds a settlement that the chain does not show", async () => {
  const payment = await settled();
  // Another token's chain: the same blocks, none of the transfers.
  const token = { ...network.token, address: privateKeyToAccount(generatePrivateKey()).address };
  expect(await check(payment, [{ ...network, token }])).toMatchObject({ differences: ["not_on_chain"] });
});

it("finds settlements on a network that is not configured", async () => {
  expect(await check(await settled(), [])).toMatchObject({ differences: ["not_configured"] });
});
