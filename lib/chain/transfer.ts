import { eip3009ABI } from "@x402/evm";
import { type Address, encodeFunctionData, type Hex, hexToNumber, multicall3Abi, size, slice } from "viem";
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

/** A call of a contract. */
export interface ContractCall {
  to: Address;
  data: Hex;
}

/**
 * The call that makes these transfers in this order: the token's own for one, and Multicall3's for several, of which each
 * may fail alone. A token lets anyone present a transfer, so Multicall3 too. Throws when there are none.
 */
export function encodeTransfers(multicall3: Address, authorizations: readonly Authorization[]): ContractCall {
  const [first, ...others] = authorizations;
  if (first === undefined) throw new Error("There is nothing to transfer");
  if (others.length === 0) return { to: first.asset, data: encodeTransfer(first) };
  const calls = authorizations.map((authorization) => ({
    target: authorization.asset,
    allowFailure: true,
    callData: encodeTransfer(authorization),
  }));
  const data = encodeFunctionData({ abi: multicall3Abi, functionName: "aggregate3", args: [calls] });
  return { to: multicall3, data };
}
