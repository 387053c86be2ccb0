import { createRequire } from "node:module";
import { type Address, type Hex, recoverAddress, type Signature } from "viem";
import { sign } from "viem/accounts";
import { keccakHex } from "@/lib/x402/keccak";

/** What is used of libsecp256k1; the package's other half, a curve in JavaScript with holes, is never loaded. */
interface Libsecp256k1 {
  /** Fills `key` with the uncompressed public key; throws where r or s is no number of the curve, or there is no key. */
  ecdsaRecover(
    rs: Uint8Array,
    recoveryId: number,
    digest: Uint8Array,
    compressed: false,
    key: Uint8Array,
  ): void;
  /** Signs with the nonce of RFC 6979 and the lower s. */
  ecdsaSign(digest: Uint8Array, key: Uint8Array): { signature: Uint8Array; recid: number };
}

function loadAddon(): Libsecp256k1 | null {
  try {
    return createRequire(import.meta.url)("secp256k1/bindings.js");
  } catch {
    return null; // There is none for this system, and no compiler made one.
  }
}

const addon = loadAddon();

/** Whether signatures are recovered by libsecp256k1; else in JavaScript, which takes forty times as long. */
export const RECOVERS_NATIVELY = addon !== null;

const publicKey = new Uint8Array(65);

function bytesOf(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), "hex");
}

function recoverNatively({ ecdsaRecover }: Libsecp256k1, digest: Hex, signature: Hex): Address {
  const bytes = Buffer.from(signature.slice(2), "hex");
  ecdsaRecover(bytes.subarray(0, 64), (bytes[64] ?? 0) - 27, bytesOf(digest), false, publicKey);
  return `0x${keccakHex(publicKey.subarray(1)).slice(24)}`;
}

/** Recovers who signed a digest with 65 bytes whose v is 27 or 28, in capitals or not; throws where nobody can have. */
export async function recoverSigner(digest: Hex, signature: Hex): Promise<Address> {
  return addon === null
    ? recoverAddress({ hash: digest, signature })
    : recoverNatively(addon, digest, signature);
}

function signNatively({ ecdsaSign }: Libsecp256k1, digest: Hex, privateKey: Hex): Signature {
  const { signature, recid } = ecdsaSign(bytesOf(digest), bytesOf(privateKey));
  const digits = Buffer.from(signature).toString("hex");
  return { r: `0x${digits.slice(0, 64)}`, s: `0x${digits.slice(64)}`, yParity: recid };
}

/** Signs a digest; the same digest and key give the same signature always, in every process. */
export async function signDigest(digest: Hex, privateKey: Hex): Promise<Signature> {
  return addon === null ? sign({ hash: digest, privateKey }) : signNatively(addon, digest, privateKey);
}
