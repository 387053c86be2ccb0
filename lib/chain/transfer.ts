import { eip3009ABI } from "@x402/evm";
import { encodeFunctionData, type Hex, hexToNumber, size, slice } from "viem";
import type { Authorization } from "./chain";

/** The length of a signature of r, s and v. */
const RSV_BYTES = 65;

/**
 * The call data of `transferWithAuthorization`. A signature of 65 bytes goes as v, r, s, which every EIP-3009 token
 * takes; any other is a contract wallet's and goes whole.
 */
export function encodeTransfer(authorization: Authorization): Hex {
  const { from, to, value, validAfter, validBefore, nonce, signature } = authorization;
  const fields = [from, to, value, validAfter, validBefore, nonce] as const;
  if (size(signature) !== RSV_BYTES) {
    return encodeFunctionData({
      abi: eip3009ABI,
      functionName: "transferWithAuthorization",
      args: [...fields, signature],
    });
  }
  const [r, s] = [slice(signature, 0, 32), slice(signature, 32, 64)];
  const v = hexToNumber(slice(signature, 64));
  return encodeFunctionData({
    abi: eip3009ABI,
    functionName: "transferWithAuthorization",
    args: [...fields, v, r, s],
  });
}
