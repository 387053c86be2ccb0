// x402-axios 0.7, as its README shows it: speaks x402 v1.
import axios from "axios";
import { createSigner, decodeXPaymentResponse, withPaymentInterceptor } from "x402-axios";
import { report } from "./report.mjs";

const signer = await createSigner("base-sepolia", process.env.PAYER_KEY);
const client = withPaymentInterceptor(axios.create(), signer);
const response = await client.get(process.argv[2]);
report(
  response.status,
  JSON.stringify(response.data),
  decodeXPaymentResponse(response.headers["x-payment-response"]),
);
