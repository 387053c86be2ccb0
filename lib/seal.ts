import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Sealed before secrets could be rotated: without the id of its key. */
const WITHOUT_KEY_ID = 1;
const WITH_KEY_ID = 2;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts and decrypts what must not lie readable in the database; `context` binds a value to its merchant, row and field. */
export interface Sealer {
  seal(plain: Uint8Array, context: string): Buffer;
  /**
   * Throws when the value was tampered with, belongs elsewhere, or its secret is no longer configured. `firstContext` is
   * what a value of the first release was bound to, where that was another.
   */
  open(sealed: Uint8Array, context: string, firstContext?: string): Buffer;
}

interface Key {
  id: Buffer;
  bytes: Buffer;
}

/** Derives an independent 32-byte key for one purpose from the configured secret (HKDF-SHA256, RFC 5869). */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "farebox", purpose, 32));
}

function keyOf(secret: string): Key {
  return { id: deriveKey(secret, "seal key id").subarray(0, KEY_ID_BYTES), bytes: deriveKey(secret, "seal") };
}

function decrypt(key: Key, body: Buffer, context: string): Buffer {
  const nonce = body.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, nonce).setAAD(Buffer.from(context));
  decipher.setAuthTag(body.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}

/** Tries each key in turn, for values that do not say which one sealed them. */
function decryptWithAny(keys: readonly Key[], body: Buffer, context: string): Buffer {
  for (const key of keys) {
    try {
      return decrypt(key, body, context);
    } catch {
      // Sealed by another key, or not ours at all.
    }
  }
  throw new Error("No configured secret opens this value");
}

/**
 * Makes a sealer with AES-256-GCM; layout: version byte, 4-byte key id, 12-byte nonce, 16-byte tag, ciphertext. It seals
 * with `secret` and opens what any of the `previous` ones sealed, so that a secret can be replaced while values live on.
 */
export function createSealer(secret: string, previous: readonly string[] = []): Sealer {
  const current = keyOf(secret);
  const keys = [current, ...previous.map(keyOf)];
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", current.bytes, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(WITH_KEY_ID), current.id, nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, context, firstContext = context) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] === WITHOUT_KEY_ID) return decryptWithAny(keys, bytes.subarray(1), firstContext);
      if (bytes[0] !== WITH_KEY_ID) throw new Error("This value was sealed by an unknown version");
      const id = bytes.subarray(1, 1 + KEY_ID_BYTES);
      const key = keys.find((candidate) => candidate.id.equals(id));
      if (!key) throw new Error("The secret that sealed this value is not configured any more");
      return decrypt(key, bytes.subarray(1 + KEY_ID_BYTES), context);
    },
  };
}
