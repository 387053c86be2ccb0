import type { GatewayRequest } from "./ports";
import type { Soon } from "./soon";

/** A request body read whole, or why it was not. */
export type ReadBody =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; reason: "too_large" | "too_slow" | "cut_off" };

/** Why a body did not come whole. */
export type BodyFault = Extract<ReadBody, { ok: false }>["reason"];

/** A caller's body of known length on its way to an upstream, passed on as it comes. */
export interface PassingBody {
  byteLength: number;
  /** Read once; throws when the rest does not come. */
  chunks: AsyncIterable<Uint8Array>;
  /** Why the rest did not come; null while it may. */
  fault(): BodyFault | null;
}

const MAX_BYTES = 1_048_576;
const WITHIN_MS = 10_000;

const LATE = Symbol("late");
const NO_BYTES = new Uint8Array();

/** Rings after a time, and after what had arrived by then was read: a busy process must not call a prompt sender late. */
function alarm(withinMs: number): { rung: Promise<typeof LATE>; off(): void } {
  let timer: NodeJS.Timeout | undefined;
  const rung = new Promise<typeof LATE>((resolve) => {
    // Timers come before sockets in a turn of the event loop, immediates after them.
    timer = setTimeout(() => setImmediate(resolve, LATE), withinMs);
  });
  return { rung, off: () => clearTimeout(timer) };
}

/**
 * Reads a caller's body up to a size and a time for the whole of it (slowloris). The rest of a refused body is left
 * unread and the iterable open, because closing it would close the connection the refusal must still be written to.
 */
export function readBody(
  body: AsyncIterable<Uint8Array> | null,
  limits: { maxBytes?: number; withinMs?: number } = {},
): Soon<ReadBody> {
  return body === null ? { ok: true, bytes: NO_BYTES } : readAll(body, limits);
}

async function readAll(
  body: AsyncIterable<Uint8Array>,
  { maxBytes = MAX_BYTES, withinMs = WITHIN_MS }: { maxBytes?: number; withinMs?: number },
): Promise<ReadBody> {
  const iterator = body[Symbol.asyncIterator]();
  const deadline = alarm(withinMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const next = iterator.next();
      next.catch(() => {});
      const read = await Promise.race([next, deadline.rung]);
      if (read === LATE) return { ok: false, reason: "too_slow" };
      if (read.done) return { ok: true, bytes: Buffer.concat(chunks) };
      size += read.value.byteLength;
      if (size > maxBytes) return { ok: false, reason: "too_large" };
      chunks.push(read.value);
    }
  } catch {
    return { ok: false, reason: "cut_off" };
  } finally {
    deadline.off();
  }
}

/** Passes on a body of this length, for whose parts its caller may take so many ms in all, as long as they are wanted. */
export function passOn(
  body: AsyncIterable<Uint8Array>,
  byteLength: number,
  withinMs = WITHIN_MS,
): PassingBody {
  let fault: BodyFault | null = null;
  let leftMs = withinMs;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    // Taken by hand: to close it would close the connection the answer must still be written to.
    const iterator = body[Symbol.asyncIterator]();
    for (;;) {
      const askedAt = performance.now();
      const deadline = alarm(leftMs);
      const next = iterator.next();
      const read = await Promise.race([next, deadline.rung])
        .catch(() => null)
        .finally(deadline.off);
      leftMs -= performance.now() - askedAt;
      if (read === LATE) next.catch(() => {});
      if (read === null || read === LATE) {
        fault = read === null ? "cut_off" : "too_slow";
        throw new Error(`The caller's body is ${fault}`);
      }
      if (read.done) return;
      yield read.value;
    }
  }

  return { byteLength, chunks: { [Symbol.asyncIterator]: chunks }, fault: () => fault };
}

/**
 * Takes in the body of a free call: passed on as it comes where its length is known, read whole where it is not,
 * since an upstream is always told a length.
 */
export async function takeIn({
  headers,
  body,
}: Pick<GatewayRequest, "headers" | "body">): Promise<
  { ok: true; body: Uint8Array | PassingBody } | Extract<ReadBody, { ok: false }>
> {
  const length = headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
  if (body !== null && length !== undefined && /^\d+$/.test(length)) {
    const byteLength = Number(length);
    return byteLength > MAX_BYTES
      ? { ok: false, reason: "too_large" }
      : { ok: true, body: passOn(body, byteLength) };
  }
  const read = await readBody(body);
  return read.ok ? { ok: true, body: read.bytes } : read;
}

/** An upstream's body: short enough to keep, still coming, or broken off before anything was decided on it. */
export type Collected =
  | { kind: "whole"; bytes: Uint8Array }
  | { kind: "stream"; body: AsyncIterable<Uint8Array> }
  | { kind: "broken" };

function resume(
  chunks: Uint8Array[],
  asked: Promise<IteratorResult<Uint8Array>>,
  iterator: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let pending: typeof asked | null = asked;
  async function next(): Promise<IteratorResult<Uint8Array>> {
    const value = chunks.shift();
    if (value !== undefined) return { done: false, value };
    const result = pending ?? iterator.next();
    pending = null;
    return result;
  }
  async function end(): Promise<IteratorResult<Uint8Array>> {
    await iterator.return?.();
    return { done: true, value: undefined };
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}

/**
 * Collects an upstream's body; one that is larger or slower becomes a stream that begins with what was read. Until the
 * stream is pulled nothing more is read, except one chunk that may already be on its way.
 */
export async function collect(
  body: AsyncIterable<Uint8Array>,
  { maxBytes = 1_048_576, withinMs = 2_000 }: { maxBytes?: number; withinMs?: number } = {},
): Promise<Collected> {
  const iterator = body[Symbol.asyncIterator]();
  const deadline = alarm(withinMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const next = iterator.next();
      // Its failure belongs to whoever reads the stream, who may come later.
      next.catch(() => {});
      const read = size > maxBytes ? LATE : await Promise.race([next, deadline.rung]);
      if (read === LATE) return { kind: "stream", body: resume(chunks, next, iterator) };
      if (read.done) return { kind: "whole", bytes: Buffer.concat(chunks) };
      chunks.push(read.value);
      size += read.value.byteLength;
    }
  } catch {
    return { kind: "broken" };
  } finally {
    deadline.off();
  }
}
