import { z } from "zod";
import type { Answer } from "@/lib/gateway/ports";
import type { Sealer } from "@/lib/seal";

const headSchema = z.object({ status: z.number(), headers: z.array(z.tuple([z.string(), z.string()])) });

/** Encrypts an answer for its payment; layout before sealing: 4-byte length, JSON head, body. */
export function sealAnswer(sealer: Sealer, paymentId: string, answer: Answer): Buffer {
  const head = Buffer.from(JSON.stringify({ status: answer.status, headers: answer.headers }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return sealer.seal(Buffer.concat([length, head, answer.body]), `answer:${paymentId}`);
}

/** Decrypts an answer; throws when it was tampered with or belongs to another payment. */
export function openAnswer(sealer: Sealer, paymentId: string, sealed: Uint8Array): Answer {
  const plain = sealer.open(sealed, `answer:${paymentId}`);
  const bodyAt = 4 + plain.readUInt32BE(0);
  return { ...headSchema.parse(JSON.parse(plain.toString("utf8", 4, bodyAt))), body: plain.subarray(bodyAt) };
}
