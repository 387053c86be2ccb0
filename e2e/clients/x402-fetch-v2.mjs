// @x402/fetch 2.27, as its README shows it: speaks x402 v2.
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";
import { report } from "./report.mjs";

const account = privateKeyToAccount(process.env.PAYER_KEY);
const client = new x402Client().register("eip155:*", new ExactEvmScheme(account));
const response = await wrapFetchWithPayment(fetch, client)(process.argv[2]);
const receipt = decodePaymentResponseHeader(response.headers.get("PAYMENT-RESPONSE"));
report(response.status, await response.text(), receipt);
