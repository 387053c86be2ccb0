import { createPrivateKey, createPublicKey, randomUUID, sign } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, type JSONWebKeySet } from "jose";

/** Seconds a proof is good for: long enough for a slow connection, too short to be worth stealing. */
const VALID_SECONDS = 60;

/** PKCS #8 wrapping of a bare Ed25519 seed (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** What a proof vouches for. */
export interface ProvenCall {
  slug: string;
  /** Absent for free calls. */
  paymentId?: string;
  method: string;
  /** Path and query exactly as the upstream receives them. */
  path: string;
}

/** Makes the value of `Farebox-Proof`: a JWT (EdDSA), valid for a minute and for this one call. */
export type SignProof = (call: ProvenCall) => string;

/** Vouches to merchants' servers that a call came through this Farebox. */
export interface Prover {
  signProof: SignProof;
  /** The public key, as served at `/.well-known/jwks.json`. */
  jwks: JSONWebKeySet;
}

function segment(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** Makes the prover of an origin from a 32-byte seed; the same seed is the same key in every replica. */
export async function createProver(issuer: string, seed: Uint8Array): Promise<Prover> {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
  const publicJwk = await exportJWK(createPublicKey(key));
  const kid = await calculateJwkThumbprint(publicJwk);
  const header = segment({ alg: "EdDSA", kid });
  return {
    jwks: { keys: [{ ...publicJwk, kid, alg: "EdDSA", use: "sig" }] },
    // On this thread, for 40 µs: the thread pool would be woken and waited for, which costs it as much on a small machine,
    // and on a busy one milliseconds of every call.
    signProof({ slug, paymentId, method, path }) {
      const iat = Math.floor(Date.now() / 1_000);
      const exp = iat + VALID_SECONDS;
      const claims = { method, path, iss: issuer, aud: slug, iat, exp, jti: randomUUID(), sub: paymentId };
      const signed = `${header}.${segment(claims)}`;
      return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
    },
  };
}
