import { type Address, type Hex, parseAbi, parseEther, parseUnits, walletActions } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { AnvilClient } from "./anvil";
import usdc from "./contracts/LocalUsdc.json" with { type: "json" };
import multicall3 from "./contracts/Multicall3.json" with { type: "json" };
import type { Wallets } from "./wallets";

/** Base Sepolia USDC's address, where the local stand-in lies. */
export const LOCAL_TOKEN: Address = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

/** Multicall3's address on every chain. */
const MULTICALL3: Address = "0xcA11bde05977b3631167028862bE2a173976CA11";

const mint = parseAbi(["function mint(address to, uint256 value) returns (bool)"]);

/** Gives a new local chain its contents: the token, Multicall3, gas for the relayer, gas and tokens for the test payer. */
export async function foundChain(client: AnvilClient, wallets: Wallets): Promise<void> {
  const payer = privateKeyToAccount(wallets.payerKey);
  const relayer = privateKeyToAccount(wallets.relayerKey);
  const gas = parseEther("10000");
  await Promise.all([
    client.setCode({ address: LOCAL_TOKEN, bytecode: usdc.deployedBytecode as Hex }),
    client.setCode({ address: MULTICALL3, bytecode: multicall3.deployedBytecode as Hex }),
    client.setBalance({ address: relayer.address, value: gas }),
    client.setBalance({ address: payer.address, value: gas }),
  ]);
  const args = [payer.address, parseUnits("1000000", 6)] as const;
  const hash = await client.extend(walletActions).writeContract({
    address: LOCAL_TOKEN,
    abi: mint,
    functionName: "mint",
    args,
    account: payer,
    chain: null,
  });
  await client.waitForTransactionReceipt({ hash, pollingInterval: 50 });
}
