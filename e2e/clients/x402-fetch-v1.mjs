// x402-fetch 1.2, as its README shows it: speaks x402 v1, and throws on any network name it does not know.
import { createSigner, decodeXPaymentResponse, wrapFetchWithPayment } from "x402-fetch";
import { report } from "./report.mjs";

const signer = await createSigner("base-sepolia", process.env.PAYER_KEY);
const response = await wrapFetchWithPayment(fetch, signer)(process.argv[2]);
const receipt = decodeXPaymentResponse(response.headers.get("X-PAYMENT-RESPONSE"));
report(response.status, await response.text(), receipt);
