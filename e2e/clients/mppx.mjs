// mppx 0.11: a client of the Machine Payments Protocol that also pays x402 v2 offers.
import { evm, Mppx } from "mppx/client";
import { privateKeyToAccount } from "viem/accounts";
import { report } from "./report.mjs";

const account = privateKeyToAccount(process.env.PAYER_KEY);
const mppx = Mppx.create({ methods: [evm.charge({ account })], polyfill: false });
const response = await mppx.fetch(process.argv[2]);
const receipt = JSON.parse(atob(response.headers.get("PAYMENT-RESPONSE")));
report(response.status, await response.text(), receipt);
