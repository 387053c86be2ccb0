import type { Address, Hex } from "viem";
import { keccakHex } from "./keccak";
import { isObject } from "./strict-json";
import type { SignedTransfer } from "./transfer-digest";

/** An EIP-3009 `TransferWithAuthorization` and its signature, in canonical spelling. */
export interface ExactPayment extends SignedTransfer {
  signature: Hex;
}

// Each value is read from one spelling, or brought to one, so that one authorization cannot be presented as many (faults A6).

/** Reads the payload of scheme `exact` (asset transfer method `eip3009`), or null when it is not one. */
export function readExactPayload(payload: Record<string, unknown>): ExactPayment | null {
  const { authorization } = payload;
  if (!isObject(authorization)) return null;
  const [from, to] = [readAddress(authorization.from), readAddress(authorization.to)];
  const value = readUint256(authorization.value);
  const validAfter = readUint256(authorization.validAfter);
  const validBefore = readUint256(authorization.validBefore);
  const nonce = readBytes(authorization.nonce, 32, 32);
  // 65 bytes from an EOA; a contract wallet's may be longer (ERC-1271).
  const signature = readBytes(payload.signature, 65, 1024);
  if (from === null || to === null || nonce === null || signature === null) return null;
  if (value === null || validAfter === null || validBefore === null) return null;
  return { from, to, value, validAfter, validBefore, nonce, signature };
}

function readUint256(text: unknown): bigint | null {
  if (typeof text !== "string" || !/^(?:0|[1-9]\d{0,77})$/.test(text)) return null;
  const value = BigInt(text);
  return value < 1n << 256n ? value : null;
}

function readBytes(text: unknown, least: number, most: number): Hex | null {
  if (typeof text !== "string" || text.length % 2 !== 0) return null;
  if (text.length < 2 + least * 2 || text.length > 2 + most * 2) return null;
  return /^0x[0-9a-f]+$/i.test(text) ? `0x${text.slice(2).toLowerCase()}` : null;
}

function readAddress(text: unknown): Address | null {
  const bytes = readBytes(text, 20, 20);
  return bytes === null ? null : checksummed(bytes);
}

/** Spells an address as EIP-55 does: a letter is a capital where the address's hash has a digit above seven. */
function checksummed(address: Hex): Address {
  const digits = address.slice(2);
  const hash = keccakHex(digits);
  let spelled: Address = "0x";
  for (let i = 0; i < digits.length; i++) {
    spelled += hash.charAt(i) > "7" ? digits.charAt(i).toUpperCase() : digits.charAt(i);
  }
  return spelled;
}
