import { createRequire } from "node:module";
import { type Address, type Hex, recoverAddress } from "viem";
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

function recoverNatively({ ecdsaRecover }: Libsecp256k1, digest: Hex, signature: Hex): Address {
  const bytes = Buffer.from(signature.slice(2), "hex");
  ecdsaRecover(
    bytes.subarray(0, 64),
    (bytes[64] ?? 0) - 27,
    Buffer.from(digest.slice(2), "hex"),
    false,
    publicKey,
  );
  return `0x${keccakHex(publicKey.subarray(1)).slice(24)}`;
}

/** Recovers who signed a digest with 65 bytes whose v is 27 or 28, in capitals or not; throws where nobody can have. */
export async function recoverSigner(digest: Hex, signature: Hex): Promise<Address> {
  return addon === null
    ? recoverAddress({ hash: digest, signature })
    : recoverNatively(addon, digest, signature);
}
