import { type Address, encodeFunctionData, erc20Abi, keccak256, slice } from "viem";
import { callTogether } from "./multicall";
import type { ChainClient } from "./rpc-node";

/**
 * Whether a token refuses to pay an address at all, as it does one that its issuer has blocked (faults D16). Tried with
 * a transfer of nothing, and held against one to an address that nobody has, because tokens word and answer it in many ways.
 */
export async function isBlocked(client: ChainClient, token: Address, payee: Address): Promise<boolean> {
  const nobody = slice(keccak256(payee), 12);
  const calls = [payee, nobody].map((to) => ({
    target: token,
    data: encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [to, 0n] }),
  }));
  const [toPayee, toNobody] = await callTogether(client, calls);
  return toPayee?.success === false && toNobody?.success === true;
}
