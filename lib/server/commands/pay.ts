import { x402Client, x402HTTPClient } from "@x402/core/client";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";

/** Pays for one GET of a URL with the stock x402 client, telling each hop to `tell`; true when the answer was paid for. */
export async function pay(url: string, key: Hex, tell: (line: string) => void): Promise<boolean> {
  const account = privateKeyToAccount(key);
  const client = new x402Client().register("eip155:*", new ExactEvmScheme(account));
  const http = new x402HTTPClient(client);
  const from = performance.now();
  const hop = (text: string) =>
    tell(`${String(Math.round(performance.now() - from)).padStart(6)} ms  ${text}`);

  hop(`GET ${url}`);
  const first = await fetch(url, { redirect: "manual" }).catch(() => null);
  if (first === null) {
    hop("nothing answers there: is Farebox running?");
    return false;
  }
  if (first.status !== 402) {
    hop(`${first.status}: nothing to pay`);
    tell(await first.text());
    return first.ok;
  }
  const required = http.getPaymentRequiredResponse((name) => first.headers.get(name), await first.json());
  const offers = required.accepts.map(
    ({ network, amount, payTo }) => `${amount} units on ${network} to ${payTo}`,
  );
  hop(`402 Payment Required: ${offers.join(", or ")}`);
  const payload = await client.createPaymentPayload(required);
  hop(`signed by ${account.address}`);
  const paid = await fetch(url, { redirect: "manual", headers: http.encodePaymentSignatureHeader(payload) });
  hop(`answered ${paid.status}`);
  const receipt = paid.headers.has("payment-response")
    ? http.getPaymentSettleResponse((name) => paid.headers.get(name))
    : undefined;
  if (receipt?.success) hop(`settled in ${receipt.transaction} on ${receipt.network}`);
  tell(await paid.text());
  return paid.ok && receipt?.success === true;
}
