import { setTimeout as sleep } from "node:timers/promises";
import { x402Client, x402HTTPClient } from "@x402/core/client";
import type { PaymentPayload } from "@x402/core/types";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Network } from "@/lib/chain/chain";
import type { MerchantId } from "@/lib/ids";
import type { Parts } from "@/lib/server/parts";
import { exactIdentity } from "@/lib/x402/exact";
import { readExactPayload } from "@/lib/x402/exact-payload";
import { explain, readBounded, refusalOf } from "./answer";
import { send, type TestCall } from "./call";
import { failedAfter, type Hop, type Step, type TestEvent } from "./events";
import { hopsUntil } from "./hops";
import { readProgress } from "./progress";

/** How often a payment whose outcome is not known is presented again, 1 to 2 seconds apart. */
const MAX_TRIES = 15;

const UNREACHABLE = [
  "The call to the gateway broke off.",
  "See that Farebox can reach its own gateway URL from where it runs, then send the payment again.",
] as const;
const NO_WALLET = ["This Farebox has no test wallet.", "Set FAREBOX_TEST_PAYER_KEY and restart it."] as const;
const NO_TEST_NETWORK = [
  "This endpoint takes no payments on a test network.",
  "Add a payout address on a test network, or pay with a wallet of your own.",
] as const;

function stopwatch(): () => number {
  const from = performance.now();
  return () => Math.round(performance.now() - from);
}

/**
 * Pays for a call of the merchant's own endpoint with the test wallet and the stock x402 client, over HTTP like any
 * payer, on test networks only. Yields each hop as the responses and the payment's row show it; never throws.
 */
export async function* payForTest(
  parts: Parts,
  merchantId: MerchantId,
  call: TestCall,
): AsyncGenerator<TestEvent> {
  let last: Step | null = null;
  try {
    for await (const event of pay(parts, merchantId, call)) {
      if (event.kind === "hop") last = event.step;
      yield event;
    }
  } catch (error) {
    parts.log.warn("test_payment_failed", { error });
    yield failedAfter(last, UNREACHABLE);
  }
}

async function* pay(parts: Parts, merchantId: MerchantId, call: TestCall): AsyncGenerator<TestEvent> {
  const key = parts.env.FAREBOX_TEST_PAYER_KEY;
  if (key === undefined) {
    yield failedAfter(null, NO_WALLET);
    return;
  }
  const networks = new Map<string, Network>(
    parts.networks.filter((network) => network.test).map((network) => [network.id, network]),
  );
  const client = new x402Client()
    .register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key as Hex)))
    .registerPolicy((_, offers) => offers.filter((offer) => networks.has(offer.network)))
    // The client's default limit of $1 guards real money; this is test money.
    .setSpendControls(false);
  const http = new x402HTTPClient(client);

  const challengeTook = stopwatch();
  const first = await send(call, {});
  if (first.status !== 402) {
    const body = await readBounded(first);
    yield failedAfter(null, explain(first.status, refusalOf(first, body)), { body });
    return;
  }
  await first.body?.cancel();
  yield { kind: "hop", step: "challenge", text: "402 received", tookMs: challengeTook() };

  const required = http.getPaymentRequiredResponse((name) => first.headers.get(name));
  if (!required.accepts.some((offer) => networks.has(offer.network))) {
    yield failedAfter("challenge", NO_TEST_NETWORK);
    return;
  }
  const signatureTook = stopwatch();
  const signed = await client.createPaymentPayload(required);
  yield { kind: "hop", step: "signature", text: "signed", tookMs: signatureTook() };
  yield* present(parts, merchantId, call, http, signed);
}

/** Presents the signed payment, the same one again while its outcome is not known, and tells what its row shows. */
async function* present(
  parts: Parts,
  merchantId: MerchantId,
  call: TestCall,
  http: x402HTTPClient,
  signed: PaymentPayload,
): AsyncGenerator<TestEvent> {
  const payment = readExactPayload(signed.payload);
  const network = parts.networks.find(({ id }) => id === signed.accepted.network);
  if (payment === null || network === undefined)
    throw new Error("The client signed something we did not offer");
  const identity = exactIdentity(payment, { chainId: network.chainId, ...network.token });
  const read = () => readProgress(parts.database.db, merchantId, identity);
  const headers = http.encodePaymentSignatureHeader(signed);
  const seen = new Set<Step>();
  let last: Hop["step"] = "signature";

  for (let tries = 1; ; tries += 1) {
    const answering = send(call, headers);
    for await (const hop of hopsUntil(answering, read, seen)) {
      last = hop.step;
      yield hop;
    }
    const response = await answering;
    const deliveryTook = stopwatch();
    const body = await readBounded(response);
    const refusal = refusalOf(response, body);
    const undecided = refusal?.code === "settlement_pending" || refusal?.code === "payment_in_progress";
    if (undecided && tries < MAX_TRIES) {
      await sleep(Number(response.headers.get("retry-after") ?? "1") * 1_000);
      continue;
    }
    const paymentId = (await read())?.id ?? null;
    const receipt = response.headers.has("payment-response")
      ? http.getPaymentSettleResponse((name) => response.headers.get(name))
      : null;
    if (!response.ok || !receipt?.success) {
      yield failedAfter(last, explain(response.status, refusal), { body, paymentId });
      return;
    }
    yield { kind: "hop", step: "delivery", text: "answer delivered", tookMs: deliveryTook() };
    const txHash = receipt.transaction;
    const txUrl = network.explorerUrl === null ? null : `${network.explorerUrl}/tx/${txHash}`;
    yield { kind: "paid", status: response.status, body, paymentId, txHash, txUrl };
    return;
  }
}
