import { randomBytes } from "node:crypto";

declare const merchantBrand: unique symbol;

/** A merchant's id, minted only by the session gate and by database reads, so that a forgotten scope does not compile. */
export type MerchantId = string & { readonly [merchantBrand]: true };

/** Makes a UUIDv7 (RFC 9562 §5.7): sortable by the millisecond it was made in, unguessable in its other 74 bits. */
export function newId(nowMs: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Tells whether a text has the form of one of our ids, so that a wrong URL is a 404 and not a database error. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}
