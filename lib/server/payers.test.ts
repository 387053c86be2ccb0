import type { RequestListener } from "node:http";
import {
  decodePaymentRequiredHeader,
  decodePaymentResponseHeader,
  encodePaymentSignatureHeader,
} from "@x402/core/http";
import { authorizationTypes } from "@x402/evm";
import { getAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, describe, expect, inject, it } from "vitest";
import type { Authorization } from "@/lib/chain/chain";
import { authorize, Outside, serve } from "@/lib/chain/fixture";
import { serveSdkFacilitator } from "@/lib/chain/sdk-facilitator.fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { openShop, pay, type ShopOptions } from "./shop.fixture";

const local = inject("local");
const outside = new Outside(local.rpcUrl);
const opened: { close(): unknown }[] = [];
afterAll(() => Promise.all(opened.map((one) => one.close())));

async function shopOf(answer: (end: (body: string) => void) => void, options: ShopOptions = {}) {
  const upstream: RequestListener = (_, response) =>
    answer((body) => response.setHeader("X-Of-The-Answer", "yes").end(body));
  const shop = await openShop(upstream, options);
  opened.push(shop);
  return shop;
}

/** Writes the header of an authorization for the first offer of a 402. */
async function headerFor(
  unpaid: Response,
  { signature, ...signed }: Authorization,
  network?: string,
): Promise<Record<string, string>> {
  const required = decodePaymentRequiredHeader(unpaid.headers.get("payment-required") ?? "");
  const [offered] = required.accepts;
  if (!offered) throw new Error("The 402 offers nothing");
  const accepted = { ...offered, network: (network ?? offered.network) as typeof offered.network };
  const { from, to, value, validAfter, validBefore, nonce } = signed;
  const numbers = { value: `${value}`, validAfter: `${validAfter}`, validBefore: `${validBefore}` };
  const payload = { signature, authorization: { from, to, nonce, ...numbers } };
  return { "PAYMENT-SIGNATURE": encodePaymentSignatureHeader({ x402Version: 2, accepted, payload }) };
}

describe("what identifies a payment", () => {
  it("is payer and nonce together: nobody burns the nonce of another by using it (A5)", async () => {
    const shop = await shopOf((end) => end("one each"));
    const [mine, theirs] = [await outside.payer(10_000n), await outside.payer(10_000n)];
    const first = await authorize(mine, { to: shop.payTo });
    const second = await authorize(theirs, { to: shop.payTo, nonce: first.nonce });
    for (const authorization of [first, second]) {
      const headers = await headerFor(await fetch(shop.url("/now")), authorization);
      expect((await fetch(shop.url("/now"), { headers })).status).toBe(200);
    }
    expect((await shop.settlements()).map(({ payer }) => payer).sort()).toEqual(
      [mine.address, theirs.address].sort(),
    );
  });

  it("is the network too: a signature for another one counts for nothing here (A7)", async () => {
    const shop = await shopOf((end) => end("never"));
    const payer = await outside.payer(10_000n);
    const { signature: _, digest: __, asset, ...message } = await authorize(payer, { to: shop.payTo });
    const signature = await payer.signTypedData({
      domain: { name: "USDC", version: "2", chainId: 8453, verifyingContract: asset },
      types: authorizationTypes,
      primaryType: "TransferWithAuthorization",
      message,
    });
    const unpaid = await fetch(shop.url("/now"));
    const present = async (network: string) => {
      const headers = await headerFor(unpaid, { ...message, asset, signature }, network);
      const response = await fetch(shop.url("/now"), { headers });
      return [response.status, (await response.json()).code];
    };
    expect(await present("eip155:84532")).toEqual([402, "invalid_signature"]);
    expect(await present("eip155:8453")).toEqual([402, "payment_terms_changed"]);
    expect(await shop.payments()).toEqual([]);
  });
});

describe("a contract wallet", () => {
  it("pays by the signature its contract accepts (ERC-1271), and is booked as the payer", async () => {
    const shop = await shopOf((end) => end("for a contract"));
    const owner = privateKeyToAccount(generatePrivateKey());
    const from = await outside.contractPayer(owner.address, 10_000n);
    const authorization = await authorize(owner, { from, to: shop.payTo });
    const headers = await headerFor(await fetch(shop.url("/now")), authorization);
    const response = await fetch(shop.url("/now"), { headers });
    expect([response.status, await response.text()]).toEqual([200, "for a contract"]);
    expect(await shop.settlements()).toMatchObject([
      { payer: getAddress(from), payTo: shop.payTo, amount: 10_000n },
    ]);
  });

  it("whose contract refuses the signature is asked for another payment before any work", async () => {
    const shop = await shopOf((end) => end("never"));
    const owner = privateKeyToAccount(generatePrivateKey());
    const from = await outside.contractPayer(owner.address, 10_000n);
    await outside.become(from, "refusing");
    const authorization = await authorize(owner, { from, to: shop.payTo });
    const headers = await headerFor(await fetch(shop.url("/now")), authorization);
    const response = await fetch(shop.url("/now"), { headers });
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({ code: "invalid_signature" });
    expect(await shop.payments()).toHaveLength(0);
  });
});

describe("a payer who changes their mind while the upstream works", () => {
  it.each([
    ["by cancelling the authorization", "payment_cancelled"],
    ["by moving the funds", "insufficient_funds"],
  ])("%s gets no answer and pays nothing (A9, B10)", async (how, code) => {
    const payer = await outside.payer(10_000n);
    let working: () => void = () => {};
    let finish: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      working = resolve;
    });
    const shop = await shopOf((end) => {
      finish = () => end("withheld");
      working();
    });
    const authorization = await authorize(payer, { to: shop.payTo });
    const headers = await headerFor(await fetch(shop.url("/now")), authorization);
    const call = fetch(shop.url("/now"), { headers });
    await asked;
    if (how.includes("cancelling")) await outside.cancel(payer, authorization);
    else await outside.spend(payer, 10_000n);
    finish();
    const response = await call;
    expect(response.status).toBe(402);
    expect(await response.text()).not.toContain("withheld");
    expect(response.headers.get("x-of-the-answer")).toBeNull();
    expect(await shop.payments()).toMatchObject([{ money: "void", delivery: "ready", reason: code }]);
    expect(await shop.settlements()).toHaveLength(0);
    const again = await fetch(shop.url("/now"), { headers });
    expect([again.status, (await again.json()).code]).toEqual([402, code]);
  });
});

describe("a payment that a stranger sends to the chain after it was presented here", () => {
  it("is owed an answer, and booked by the stranger's transaction (faults A8)", async () => {
    const statuses = [500, 200];
    const shop = await openShop((_, response) => response.writeHead(statuses.shift() ?? 200).end("owed"));
    opened.push(shop);
    const authorization = await authorize(await outside.payer(10_000n), { to: shop.payTo });
    const headers = await headerFor(await fetch(shop.url("/now")), authorization);
    expect((await fetch(shop.url("/now"), { headers })).status).toBe(500);
    const { transactionHash } = await outside.send(authorization.asset, encodeTransfer(authorization));
    const response = await fetch(shop.url("/now"), { headers });
    expect([response.status, await response.text()]).toEqual([200, "owed"]);
    expect(await shop.settlements()).toMatchObject([{ txHash: transactionHash, amount: 10_000n }]);
  });
});

describe("a payment whose outcome nobody knows", () => {
  it("is pending, keeps its answer, and gets it once the chain shows that it was paid (B11)", async () => {
    const deaf = await serve(async () => ({ status: 500, body: "no comment" }));
    opened.push(deaf);
    let calls = 0;
    const shop = await openShop((_, response) => void response.end(`answer ${++calls}`), {
      facilitator: deaf.url,
    });
    opened.push(shop);
    const authorization = await authorize(await outside.payer(10_000n), { to: shop.payTo });
    const headers = await headerFor(await fetch(shop.url("/now")), authorization);
    const pending = await fetch(shop.url("/now"), { headers });
    expect([pending.status, (await pending.json()).code]).toEqual([503, "settlement_pending"]);
    const receipt = decodePaymentResponseHeader(pending.headers.get("payment-response") ?? "");
    expect(receipt).toMatchObject({ success: false, errorReason: "settlement_pending" });
    expect(pending.headers.get("retry-after")).toBeTruthy();
    expect(await shop.payments()).toMatchObject([{ money: "submitting", delivery: "ready" }]);
    await outside.send(authorization.asset, encodeTransfer(authorization));
    const served = await fetch(shop.url("/now"), { headers });
    expect([served.status, await served.text(), calls]).toEqual([200, "answer 1", 1]);
    expect(await shop.settlements()).toHaveLength(1);
  });
});

describe("a facilitator over HTTP", () => {
  it("settles in place of our relayer, and the chain proves it", async () => {
    const facilitator = await serveSdkFacilitator(outside);
    opened.push(facilitator);
    const shop = await shopOf((end) => end("settled elsewhere"), { facilitator: facilitator.url });
    const { response, present } = await pay(shop.url("/now"), local.payerKey as `0x${string}`);
    expect([response.status, await response.text()]).toEqual([200, "settled elsewhere"]);
    const [settlement] = await shop.settlements();
    expect(await shop.payments()).toMatchObject([
      {
        money: "settled",
        facilitator: facilitator.url,
        facilitatorTxHash: settlement?.txHash,
        chainTxId: null,
      },
    ]);
    expect((await present()).headers.get("idempotent-replayed")).toBe("true");
  });
});
