import { type Address, parseEther } from "viem";
import type { AnvilClient } from "./anvil";

/** Base Sepolia USDC's address, where the local stand-in lies. */
export const LOCAL_TOKEN: Address = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

/** Gives a new local chain its contents: gas for the relayer, gas and stand-in USDC for the test payer. */
export async function foundChain(
  client: AnvilClient,
  wallets: { payer: Address; relayer: Address },
): Promise<void> {
  const gas = parseEther("1000");
  await client.setBalance({ address: wallets.relayer, value: gas });
  await client.setBalance({ address: wallets.payer, value: gas });
}
