import { toFacilitatorEvmSigner } from "@x402/evm";
import { ExactEvmScheme } from "@x402/evm/exact/facilitator";
import type { Address, Hex } from "viem";
import type { ExactPayment } from "@/lib/x402/exact-payload";
import { networkById } from "./networks";
import { isSignedByKey } from "./signature";

/** Which contract wallets there are, in small letters, and whose key they obey. */
export type Contracts = ReadonlyMap<string, Address>;

/** What a contract wallet says of a signature; what follows the first 65 bytes is nothing to it. */
async function approves(contracts: Contracts, wallet: string, digest: Hex, signature: Hex): Promise<boolean> {
  const owner = contracts.get(wallet.toLowerCase());
  const bytes: Hex = `0x${signature.slice(2, 132).toLowerCase()}`;
  return owner !== undefined && isSignedByKey(owner, digest, bytes);
}

/** A chain that is asked in no time and has nothing against a payment: every wallet is rich, and no nonce is used. */
export function openFreeChain(contracts: Contracts = new Map()) {
  const network = networkById("eip155:84532");
  if (!network) throw new Error("Base Sepolia is not known");
  return {
    network,
    async verifySignature(payer: Address, digest: Hex, signature: Hex) {
      return (await isSignedByKey(payer, digest, signature)) || approves(contracts, payer, digest, signature);
    },
    async simulate(_: ExactPayment) {
      const headTime = BigInt(Math.floor(Date.now() / 1000));
      return { balance: 10n ** 12n, nonceUsed: false, headTime, moves: true };
    },
    prove: async (_: ExactPayment) => ({ outcome: "pending" as const }),
  };
}

/** The SDK's own facilitator of scheme exact on such a chain. */
export function openFreeSdkExact(contracts: Contracts = new Map()): ExactEvmScheme {
  const token = openFreeChain().network.token.address;
  const nothing = () => Promise.reject(new Error("Nothing is sent here"));
  return new ExactEvmScheme(
    toFacilitatorEvmSigner({
      address: token,
      getCode: async ({ address }) =>
        address === token || contracts.has(address.toLowerCase()) ? "0x00" : undefined,
      async readContract({ address, functionName, args = [] }) {
        if (functionName !== "isValidSignature") return undefined;
        const [digest, signature] = args as [Hex, Hex];
        return (await approves(contracts, address, digest, signature)) ? "0x1626ba7e" : "0xffffffff";
      },
      verifyTypedData: nothing,
      writeContract: nothing,
      sendTransaction: nothing,
      waitForTransactionReceipt: nothing,
    }),
  );
}
