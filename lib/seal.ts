import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const VERSION = 1;

/** Encrypts and decrypts what must not lie readable in the database; `context` binds a value to its row and field. */
export interface Sealer {
  seal(plain: Uint8Array, context: string): Buffer;
  open(sealed: Uint8Array, context: string): Buffer;
}

/** Derives an independent 32-byte key for one purpose from the configured secret (HKDF-SHA256, RFC 5869). */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "farebox", purpose, 32));
}

/** Makes a sealer with AES-256-GCM; layout: version byte, 12-byte nonce, 16-byte tag, ciphertext. */
export function createSealer(secret: string): Sealer {
  const key = deriveKey(secret, "seal");
  return {
    seal(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== VERSION) throw new Error("This value was sealed by an unknown version");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(1, 13)).setAAD(
        Buffer.from(context),
      );
      decipher.setAuthTag(bytes.subarray(13, 29));
      return Buffer.concat([decipher.update(bytes.subarray(29)), decipher.final()]);
    },
  };
}
