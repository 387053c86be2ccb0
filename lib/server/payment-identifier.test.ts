import type { RequestListener } from "node:http";
import { decodePaymentRequiredHeader } from "@x402/core/http";
import { generatePaymentId } from "@x402/extensions/payment-identifier";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { Outside } from "@/lib/chain/fixture";
import { openShop, signPayment } from "./shop.fixture";

const local = inject("local");
const payerKey = local.payerKey as `0x${string}`;
const outside = new Outside(local.rpcUrl);

/** A shop that counts its upstream's calls, and what presents a payment under an identifier to it. */
async function countingShop(work: (call: number) => Promise<void> = async () => {}, gateways = 1) {
  let calls = 0;
  const upstream: RequestListener = (_, response) => {
    const call = ++calls;
    void work(call).then(() => response.end(`answer ${call}`));
  };
  const shop = await openShop(upstream, { gateways });
  onTestFinished(() => shop.close());
  const sign = async (identifier?: string, key = payerKey) =>
    signPayment(await fetch(shop.url("/now")), key, identifier);
  const present = (headers: Record<string, string>, replica = 0) =>
    fetch(shop.url("/now", replica), { headers });
  return { ...shop, calls: () => calls, sign, present };
}

/** The same payment under another identifier, or under none. */
function renamed(headers: Record<string, string>, identifier?: string): Record<string, string> {
  const payload = JSON.parse(Buffer.from(headers["PAYMENT-SIGNATURE"] ?? "", "base64").toString());
  const info = { required: false, id: identifier };
  const extensions = { "payment-identifier": { info } };
  const text = JSON.stringify({ ...payload, extensions: identifier === undefined ? undefined : extensions });
  return { "PAYMENT-SIGNATURE": Buffer.from(text).toString("base64") };
}

async function verdict(response: Response): Promise<[status: number, code: string]> {
  return [response.status, (await response.json()).code];
}

describe("a payment with an identifier of its client's", () => {
  it("may have one, as every 402 says, and may as well have none", async () => {
    const shop = await countingShop();
    const unpaid = await fetch(shop.url("/now"));
    const { extensions } = decodePaymentRequiredHeader(unpaid.headers.get("payment-required") ?? "");
    expect(extensions).toMatchObject({ "payment-identifier": { info: { required: false } } });
    expect((await shop.present(await shop.sign())).status).toBe(200);
    expect(await shop.payments()).toMatchObject([{ identifier: null }]);
  });

  it("gets its stored answer when it is presented again under it (A2)", async () => {
    const shop = await countingShop();
    const headers = await shop.sign(generatePaymentId());
    expect(await (await shop.present(headers)).text()).toBe("answer 1");
    const again = await shop.present(headers);
    expect([await again.text(), again.headers.get("idempotent-replayed")]).toEqual(["answer 1", "true"]);
    expect(shop.calls()).toBe(1);
  });

  it("keeps every other payment of its payer from using it, which stays unspent (A12)", async () => {
    const shop = await countingShop();
    const identifier = generatePaymentId();
    expect((await shop.present(await shop.sign(identifier))).status).toBe(200);
    const other = await shop.sign(identifier);
    expect(await verdict(await shop.present(other))).toEqual([409, "idempotency_mismatch"]);
    expect(await shop.payments()).toHaveLength(1);
    expect((await shop.present(renamed(other, generatePaymentId()))).status).toBe(200);
    expect(shop.calls()).toBe(2);
  });

  it("is one payment also when many under one identifier race on two replicas (A12)", async () => {
    const shop = await countingShop(undefined, 2);
    const identifier = generatePaymentId();
    const one = await shop.sign(identifier);
    const others = await Promise.all(Array.from({ length: 8 }, () => shop.sign(identifier)));
    const all = [...others, one, one, one, one];
    const statuses = await Promise.all(all.map(async (h, i) => (await shop.present(h, i % 2)).status));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect([shop.calls(), (await shop.payments()).length, (await shop.settlements()).length]).toEqual([
      1, 1, 1,
    ]);
  });

  it("may be presented by many copies at once, none of which takes the others for another payment", async () => {
    const shop = await countingShop(undefined, 2);
    const headers = await shop.sign(generatePaymentId());
    const copies = Array.from({ length: 24 }, (_, i) => shop.present(headers, i % 2));
    const answers = await Promise.all(copies.map(async (copy) => (await copy).text()));
    expect(answers.filter((text) => text.includes("idempotency_mismatch"))).toEqual([]);
    expect(shop.calls()).toBe(1);
  });

  it("is answered to nobody who learned from the chain what was signed, but not what the payer called it", async () => {
    const shop = await countingShop();
    const headers = await shop.sign(generatePaymentId());
    expect((await shop.present(headers)).status).toBe(200);
    for (const guess of [undefined, generatePaymentId()]) {
      const stolen = await shop.present(renamed(headers, guess));
      expect(await verdict(stolen)).toEqual([409, "idempotency_mismatch"]);
    }
    expect((await shop.present(headers)).headers.get("idempotent-replayed")).toBe("true");
  });

  it("leaves the identifier to strangers and to other endpoints, where it names another payment", async () => {
    const [shop, elsewhere] = [await countingShop(), await countingShop()];
    const identifier = generatePaymentId();
    const stranger = generatePrivateKey();
    await outside.mint(privateKeyToAccount(stranger).address, 10_000n);
    expect((await shop.present(await shop.sign(identifier, stranger))).status).toBe(200);
    expect((await shop.present(await shop.sign(identifier))).status).toBe(200);
    expect((await elsewhere.present(await elsewhere.sign(identifier))).status).toBe(200);
  });

  it("gives its identifier back when it is void, since a 402 allows to sign again", async () => {
    const payer = generatePrivateKey();
    const { address } = privateKeyToAccount(payer);
    await outside.mint(address, 10_000n);
    await outside.giveGas(address);
    const shop = await countingShop(async (call) => {
      if (call === 1) await outside.spend(privateKeyToAccount(payer), 10_000n);
    });
    const identifier = generatePaymentId();
    const refused = await shop.present(await shop.sign(identifier, payer));
    expect(await verdict(refused)).toEqual([402, "insufficient_funds"]);
    await outside.mint(address, 10_000n);
    expect((await shop.present(await shop.sign(identifier, payer))).status).toBe(200);
    expect((await shop.payments()).map(({ money }) => money).sort()).toEqual(["settled", "void"]);
  });

  it.each(["short", "x".repeat(129), "with spaces in its middle", 7, null])(
    "is refused under %j, which no identifier is",
    async (id) => {
      const shop = await countingShop();
      const response = await shop.present(renamed(await shop.sign(), id as string));
      expect(await verdict(response)).toEqual([400, "invalid_payment_header"]);
      expect(await shop.payments()).toEqual([]);
    },
  );
});
