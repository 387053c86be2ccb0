import { createKeccak } from "hash-wasm";

// One hasher for all: each hash is begun and ended within one call.
const hasher = await createKeccak(256);

/** The Keccak-256 of some bytes, or of a text's UTF-8, as 64 lower-case hex digits. */
export function keccakHex(data: Uint8Array | string): string {
  return hasher.init().update(data).digest("hex");
}
