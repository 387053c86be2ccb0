import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { ChainUnavailable } from "@/lib/chain/chain";
import { lyingRpc } from "@/lib/chain/fixture";
import { openRpc } from "@/lib/chain/rpc";
import { encodeTransfer } from "@/lib/chain/transfer";
import type { ClaimedPayment } from "@/lib/gateway/ports";
import { log } from "@/lib/log";
import { authorizationOf } from "./authorization";
import { checkLedger } from "./check";
import { openOwnLedger } from "./own-ledger.fixture";

// It goes through the whole ledger and the whole chain, so both must be its own.
let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

/** What the check says about one payment and its payout address. */
async function check(
  { id, payTo }: ClaimedPayment,
  networks = [own.chain.network],
  urls: readonly string[] = [own.rpcUrl],
) {
  const opened = networks.map((each) => ({ network: each, rpc: openRpc(each, urls, log) }));
  const { sums, differences } = await checkLedger(own.db, opened);
  return {
    sum: sums.find((sum) => sum.payTo === payTo),
    differences: differences.filter(({ paymentId }) => paymentId === id).map(({ kind }) => kind),
  };
}

it("sums what an address got and finds no difference when the chain shows the same", async () => {
  const payment = await own.settled();
  expect(await check(payment)).toEqual({
    sum: {
      network: "eip155:84532",
      asset: own.chain.network.token.address,
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
  const payment = await own.claimWork(await own.mintPayment({}, await own.outside.payer(10_000n)));
  const transfer = encodeTransfer(authorizationOf(await own.rowOf(payment)));
  await own.outside.send(own.chain.network.token.address, transfer);
  expect(await check(payment)).toMatchObject({ sum: { settlements: 0 }, differences: ["not_in_ledger"] });
});

it("counts money that reached an address without a payment of ours apart", async () => {
  const payment = await own.settled();
  await own.outside.mint(payment.payTo as `0x${string}`, 5n);
  expect(await check(payment)).toMatchObject({
    sum: { amount: "10000", otherTransfers: 1 },
    differences: [],
  });
});

it("finds a settlement that the chain does not show", async () => {
  const payment = await own.settled();
  // Another token's chain: the same blocks, none of the transfers.
  const { network } = own.chain;
  const token = { ...network.token, address: privateKeyToAccount(generatePrivateKey()).address };
  expect(await check(payment, [{ ...network, token }])).toMatchObject({ differences: ["not_on_chain"] });
});

it("finds settlements on a network that is not configured", async () => {
  expect(await check(await own.settled(), [])).toMatchObject({ differences: ["not_configured"] });
});

it("finds the same when one of two RPCs keeps logs back, and nothing when it keeps receipts back too (D3)", async () => {
  const payment = await own.settled();
  const lost = await own.claimWork(await own.mintPayment({}, await own.outside.payer(10_000n)));
  const transfer = encodeTransfer(authorizationOf(await own.rowOf(lost)));
  await own.outside.send(own.chain.network.token.address, transfer);
  let keepsBack = ["eth_getLogs"];
  const liar = await lyingRpc(own.rpcUrl, ({ method }, result) => {
    if (!keepsBack.includes(method)) return result;
    return method === "eth_getLogs" ? [] : null;
  });
  onTestFinished(() => liar.close());
  const urls = [liar.url, own.rpcUrl];
  expect(await check(payment, undefined, urls)).toMatchObject({
    sum: { amount: "10000" },
    differences: [],
  });
  expect(await check(lost, undefined, urls)).toMatchObject({ differences: ["not_in_ledger"] });
  keepsBack = ["eth_getLogs", "eth_getTransactionReceipt"];
  await expect(check(payment, undefined, urls)).rejects.toThrow(ChainUnavailable);
});
