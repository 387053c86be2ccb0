// What both peers sell, with a facilitator in their own process instead of one behind HTTP.
import { x402Facilitator } from "@x402/core/facilitator";
import { x402ResourceServer } from "@x402/core/server";
import { toFacilitatorEvmSigner } from "@x402/evm";
import { ExactEvmScheme as FacilitatorScheme } from "@x402/evm/exact/facilitator";
import { ExactEvmScheme } from "@x402/evm/exact/server";
import { createWalletClient, http, publicActions } from "viem";
import { nonceManager, privateKeyToAccount } from "viem/accounts";
import { baseSepolia } from "viem/chains";

const NETWORK = "eip155:84532";

export const answer = { now: "2026-01-01T00:00:00.000Z" };

/** The routes and the resource server of a config: `rpcUrl`, `relayerKey`, `payTo`, `price` as `$0.01`. */
export function sell({ rpcUrl, relayerKey, payTo, price }) {
  const facilitator = new x402Facilitator().register(
    NETWORK,
    new FacilitatorScheme(signer(rpcUrl, relayerKey)),
  );
  const client = {
    verify: (payload, requirements) => facilitator.verify(payload, requirements),
    settle: (payload, requirements) => facilitator.settle(payload, requirements),
    getSupported: async () => facilitator.getSupported(),
  };
  return {
    routes: {
      "GET /now": { accepts: { scheme: "exact", network: NETWORK, payTo, price }, description: "The time" },
    },
    server: new x402ResourceServer(client).register(NETWORK, new ExactEvmScheme()),
  };
}

function signer(rpcUrl, relayerKey) {
  // Many settlements at once need account nonces that are counted here, not asked for.
  const account = privateKeyToAccount(relayerKey, { nonceManager });
  const chain = { ...baseSepolia, contracts: { ...baseSepolia.contracts } };
  const client = createWalletClient({ account, chain, transport: http(rpcUrl), pollingInterval: 10 }).extend(
    publicActions,
  );
  return toFacilitatorEvmSigner({
    address: account.address,
    getCode: (args) => client.getCode(args),
    readContract: (args) => client.readContract(args),
    verifyTypedData: (args) => client.verifyTypedData(args),
    writeContract: (args) => client.writeContract(args),
    sendTransaction: (args) => client.sendTransaction(args),
    waitForTransactionReceipt: (args) => client.waitForTransactionReceipt(args),
  });
}
