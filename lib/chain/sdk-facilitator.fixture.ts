import { x402Facilitator } from "@x402/core/facilitator";
import type { PaymentPayload, PaymentRequirements } from "@x402/core/types";
import { toFacilitatorEvmSigner } from "@x402/evm";
import { ExactEvmScheme } from "@x402/evm/exact/facilitator";
import { walletActions } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { baseSepolia } from "viem/chains";
import { type Outside, serve } from "./fixture";

/** Opens the SDK's own facilitator of scheme exact on the local chain, with a wallet of its own. */
export async function openSdkExact(outside: Outside): Promise<ExactEvmScheme> {
  const account = privateKeyToAccount(generatePrivateKey());
  await outside.giveGas(account.address);
  const client = outside.client.extend(walletActions);
  const signer = toFacilitatorEvmSigner({
    address: account.address,
    getCode: (args) => client.getCode(args),
    readContract: (args) => client.readContract({ ...args, args: args.args ?? [] }),
    verifyTypedData: (args) => client.verifyTypedData(args as Parameters<typeof client.verifyTypedData>[0]),
    writeContract: (args) =>
      client.writeContract({ ...args, account, chain: baseSepolia } as Parameters<
        typeof client.writeContract
      >[0]),
    sendTransaction: (args) => client.sendTransaction({ ...args, account, chain: baseSepolia }),
    waitForTransactionReceipt: (args) => client.waitForTransactionReceipt({ ...args, pollingInterval: 20 }),
  });
  return new ExactEvmScheme(signer);
}

/** Serves the SDK's own facilitator over HTTP. */
export async function serveSdkFacilitator(outside: Outside): Promise<{ url: string; close(): void }> {
  const facilitator = new x402Facilitator().register("eip155:84532", await openSdkExact(outside));
  const server = await serve(async (body, path) => {
    const { paymentPayload, paymentRequirements } = JSON.parse(body) as {
      paymentPayload: PaymentPayload;
      paymentRequirements: PaymentRequirements;
    };
    if (path !== "/x402/settle") return { status: 404, body: "{}" };
    return { body: JSON.stringify(await facilitator.settle(paymentPayload, paymentRequirements)) };
  });
  return { url: `${server.url}/x402/`, close: server.close };
}
