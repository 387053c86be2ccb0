import { erc20Abi, getAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { Outside } from "@/lib/chain/fixture";
import { claimPatiently } from "@/lib/gateway/claim";
import { ANSWER, openTestLedger } from "@/lib/ledger/fixture";
import { meterGas } from "@/lib/ledger/workers/meter-gas";
import { openShop, type ShopOptions, signPayment } from "./shop.fixture";

const local = inject("local");
const outside = new Outside(local.rpcUrl);

/** A shop whose upstream counts its calls and takes a moment, and payments for it from one wallet that holds this much. */
async function shopWithPayments(count: number, units: bigint, options: ShopOptions = {}) {
  let calls = 0;
  const shop = await openShop((_, response) => {
    calls += 1;
    setTimeout(() => response.end("served"), 300);
  }, options);
  onTestFinished(() => shop.close());
  const key = generatePrivateKey();
  await outside.mint(privateKeyToAccount(key).address, units);
  const signed = await Promise.all(
    Array.from({ length: count }, async () => signPayment(await fetch(shop.url("/now")), key)),
  );
  async function present(headers: Record<string, string>) {
    const response = await fetch(shop.url("/now"), { headers });
    const text = await response.text();
    return {
      status: response.status,
      code: response.ok ? null : (JSON.parse(text) as { code: string }).code,
    };
  }
  const arrived = () =>
    outside.client.readContract({
      address: getAddress(local.token),
      abi: erc20Abi,
      functionName: "balanceOf",
      args: [shop.payTo],
    });
  return { ...shop, signed, present, arrived, calls: () => calls };
}

describe("a wallet", () => {
  it("that holds the price once and signs ten payments at once is served once, the others before any work (A10)", async () => {
    const shop = await shopWithPayments(10, 10_000n);
    const answers = await Promise.all(shop.signed.map(shop.present));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === "insufficient_funds")).toHaveLength(9);
    expect([shop.calls(), await shop.arrived()]).toEqual([1, 10_000n]);
  });

  it("is served everything at once that it holds the money for (A10)", async () => {
    const shop = await shopWithPayments(6, 60_000n);
    const answers = await Promise.all(shop.signed.map(shop.present));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(await shop.arrived()).toBe(60_000n);
  });
});

describe("a call whose copy is served while it waits for its payer's funds", () => {
  it("is given the same answer: the used nonce is no reason to sign again (A1, A10)", async () => {
    const test = openTestLedger();
    onTestFinished(test.close);
    const payer = await outside.payer(10_000n);
    const funds = { units: 10_000n, readAt: new Date(0) };
    const [other, wanted] = [
      await test.mintPayment({ funds }, payer),
      await test.mintPayment({ funds }, payer),
    ];
    const inTheWay = await test.claimWork(other);
    const known = () => test.ledger.find(wanted.identity, "");
    async function checkMeanwhile() {
      await test.ledger.fail(inTheWay, "upstream_timeout");
      const copy = await test.claimWork(wanted);
      await test.ledger.keepAnswer(copy, ANSWER);
      expect(await test.ledger.settle(copy)).toMatchObject({ outcome: "settled" });
      return { fault: "payment_cancelled" as const, funds: null };
    }
    const again = { check: checkMeanwhile, isSeen: async () => (await known()) !== null };
    expect(await claimPatiently(test.ledger, wanted, again)).toMatchObject({ kind: "replay" });
  });
});

describe("a wallet that pays one after the other", () => {
  it("may spend its last cent, also before the chain's next block (A10)", async () => {
    const shop = await shopWithPayments(3, 20_000n);
    const [first, second, third] = shop.signed;
    expect(await shop.present(first ?? {})).toMatchObject({ status: 200 });
    expect(await shop.present(second ?? {})).toMatchObject({ status: 200 });
    expect(await shop.present(third ?? {})).toMatchObject({ status: 402, code: "insufficient_funds" });
    expect(shop.calls()).toBe(2);
  });
});

describe("a price", () => {
  it("is offered where it covers five times the gas of its settlement, and nowhere else (J1)", async () => {
    const shop = await shopWithPayments(1, 10_000n);
    expect(await shop.present(shop.signed[0] ?? {})).toMatchObject({ status: 200 });
    for (const chain of shop.parts.chains.values()) await meterGas(shop.parts.database.db, chain);
    const dear = await openShop((_, response) => response.end(), { nativeUsd: "1000000" });
    onTestFinished(() => dear.close());
    const refused = await fetch(dear.url("/now"));
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "no_network_available" });
    const cheap = await openShop((_, response) => response.end(), { nativeUsd: "0.01" });
    onTestFinished(() => cheap.close());
    expect((await fetch(cheap.url("/now"))).status).toBe(402);
  });
});
