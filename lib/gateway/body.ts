/** A request body read whole, or why it was not. */
export type ReadBody =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; reason: "too_large" | "too_slow" | "cut_off" };

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
export async function readBody(
  body: AsyncIterable<Uint8Array> | null,
  { maxBytes = 1_048_576, withinMs = 10_000 }: { maxBytes?: number; withinMs?: number } = {},
): Promise<ReadBody> {
  if (body === null) return { ok: true, bytes: NO_BYTES };
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
