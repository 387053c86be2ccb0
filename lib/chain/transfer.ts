import { eip3009ABI } from "@x402/evm";
import { type Address, encodeFunctionData, type Hex, size } from "viem";
import { encodeAggregate } from "./aggregate";
import type { Authorization } from "./chain";

/** Of `transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)`. */
const SELECTOR = "0xe3ee160e";
/** The length of a signature of r, s and v. */
const RSV_BYTES = 65;

/** A word of the ABI, in hex digits. */
function word(digits: string): string {
  return digits.padStart(64, "0");
}

/**
 * The call data of `transferWithAuthorization`. A signature of 65 bytes goes as v, r, s, which every EIP-3009 token
 * takes; written by hand because every payment needs it several times, and viem's general encoder takes long. Any other is
 * a contract wallet's and goes whole.
 */
export function encodeTransfer(authorization: Authorization): Hex {
  const { from, to, value, validAfter, validBefore, nonce, signature } = authorization;
  if (size(signature) !== RSV_BYTES) {
    return encodeFunctionData({
      abi: eip3009ABI,
      functionName: "transferWithAuthorization",
      args: [from, to, value, validAfter, validBefore, nonce, signature],
    });
  }
  const accounts = word(from.slice(2)) + word(to.slice(2));
  const numbers = [value, validAfter, validBefore].map((number) => word(number.toString(16))).join("");
  const rs = signature.slice(2, 130);
  const v = word(signature.slice(130));
  // Payers may spell their bytes in capitals.
  return `${SELECTOR}${`${accounts}${numbers}${nonce.slice(2)}${v}${rs}`.toLowerCase()}`;
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
  const calls = authorizations.map((one) => ({ target: one.asset, data: encodeTransfer(one) }));
  return { to: multicall3, data: encodeAggregate(calls) };
}
