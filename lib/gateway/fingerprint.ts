import { createHash } from "node:crypto";

/** The request a payment is bound to: SHA-256 over its parts, each with its length, so that none can run into the next. */
export function fingerprintOf(call: {
  method: string;
  endpointId: string;
  rawPath: string;
  rawQuery: string;
  body: Uint8Array;
}): Buffer {
  const hash = createHash("sha256");
  const body = createHash("sha256").update(call.body).digest("hex");
  for (const part of [call.method, call.endpointId, call.rawPath, call.rawQuery, body]) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest();
}
