import { createPrivateKey, type KeyObject, randomBytes } from "node:crypto";
import { SignJWT } from "jose";

/** How long a token is valid; Coinbase's own clients use the same. */
const LIFETIME_SECONDS = 120;

/** Makes the `Authorization` header of one request to Coinbase's API. */
export type CdpAuth = (method: "GET" | "POST", url: string) => Promise<{ authorization: string }>;

/** Reads a CDP key secret: base64 of 64 bytes (Ed25519) or an EC key in PEM, line breaks also as `\n`; null when neither. */
function readSecret(secret: string): { key: KeyObject; alg: "EdDSA" | "ES256" } | null {
  try {
    if (secret.includes("-----BEGIN")) {
      const key = createPrivateKey(secret.replaceAll("\\n", "\n"));
      return key.asymmetricKeyType === "ec" ? { key, alg: "ES256" } : null;
    }
    const bytes = Buffer.from(secret, "base64");
    if (bytes.length !== 64) return null;
    const [d, x] = [bytes.subarray(0, 32), bytes.subarray(32)].map((half) => half.toString("base64url"));
    const key = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" });
    return { key, alg: "EdDSA" };
  } catch {
    return null;
  }
}

/** Opens the signing of requests with a CDP API key; null when the secret is not one. */
export function openCdpAuth(keyId: string, secret: string): CdpAuth | null {
  const read = readSecret(secret);
  if (read === null) return null;
  const { key, alg } = read;
  return async (method, url) => {
    const { host, pathname } = new URL(url);
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ uris: [`${method} ${host}${pathname}`] })
      .setProtectedHeader({ alg, typ: "JWT", kid: keyId, nonce: randomBytes(16).toString("hex") })
      .setSubject(keyId)
      .setIssuer("cdp")
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(key);
    return { authorization: `Bearer ${token}` };
  };
}
