import { type Address, encodeFunctionData, type Hex, padHex, parseAbi, size, slice } from "viem";
import { isRespelled } from "@/lib/x402/exact";
import { callTogether } from "./multicall";
import { recoverSigner } from "./recovery";
import type { ChainClient } from "./rpc-node";

const erc1271 = parseAbi(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);

/** What a contract returns when it approves a signature (ERC-1271). */
const APPROVED = padHex("0x1626ba7e", { size: 32, dir: "right" });

/** Gas a wallet may take to check a signature: what it takes here, our relayer pays for later (faults D17). */
const ERC1271_GAS = 300_000n;

/** Whether the signature is the payer's own key's; of the one form that tokens accept. */
export async function isSignedByKey(payer: Address, digest: Hex, signature: Hex): Promise<boolean> {
  if (size(signature) !== 65 || isRespelled(signature)) return false;
  try {
    return (await recoverSigner(digest, signature)).toLowerCase() === payer.toLowerCase();
  } catch {
    return false; // r or s is no point or number of the curve
  }
}

/** What an account begins with that hands its calls to a contract and still obeys its own key (EIP-7702). */
const DELEGATION = "0xef0100";

/** Whether a contract lies at an address, and no wallet of a key. */
export async function isContract(client: ChainClient, address: Address): Promise<boolean> {
  const code = await client.getCode({ address });
  return code !== undefined && !code.startsWith(DELEGATION);
}

/** Whether the payer is a contract (ERC-1271), or an account that acts as one (EIP-7702), and approves the signature. */
export async function isApprovedByContract(
  client: ChainClient,
  payer: Address,
  digest: Hex,
  signature: Hex,
): Promise<boolean> {
  const code = await client.getCode({ address: payer });
  if (code === undefined) return false;
  const data = encodeFunctionData({
    abi: erc1271,
    functionName: "isValidSignature",
    args: [digest, signature],
  });
  const [result] = await callTogether(client, [{ target: payer, data }], { gas: ERC1271_GAS });
  // The same reading as the token's: 32 bytes that begin with the magic value and hold nothing else.
  return (
    result?.success === true && size(result.returnData) >= 32 && slice(result.returnData, 0, 32) === APPROVED
  );
}
