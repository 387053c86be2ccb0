import { once } from "node:events";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { collect, passOn, readBody } from "./body";
import { startRaw } from "./raw-server.fixture";
import { createUpstreamClient } from "./upstream";

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function* thenFails(...texts: string[]): AsyncGenerator<Uint8Array> {
  yield* chunks(...texts);
  throw new Error("cut off");
}

async function* thenSilence(signal: AbortSignal, ...texts: string[]): AsyncGenerator<Uint8Array> {
  yield* chunks(...texts);
  await once(signal, "abort");
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  return text;
}

test("a body up to the limit is read whole, one byte more is too large (G6)", async () => {
  const read = await readBody(chunks("ab", "", "cd"), { maxBytes: 4 });
  expect(read).toEqual({ ok: true, bytes: Buffer.from("abcd") });
  expect(await readBody(chunks("ab", "cde"), { maxBytes: 4 })).toEqual({ ok: false, reason: "too_large" });
  expect(await readBody(chunks())).toEqual({ ok: true, bytes: Buffer.alloc(0) });
});

test("a body beyond the limit is not closed, so that its connection can still carry the refusal (G6)", async () => {
  const body = Readable.from(chunks("too", "large", "by", "far"));
  expect(await readBody(body, { maxBytes: 4 })).toEqual({ ok: false, reason: "too_large" });
  expect(body.destroyed).toBe(false);
});

test("slowloris: a body that trickles is given up after a time for the whole of it (G6)", async () => {
  async function* trickle(): AsyncGenerator<Uint8Array> {
    for (;;) {
      await sleep(10);
      yield Buffer.from("x");
    }
  }
  expect(await readBody(trickle(), { withinMs: 60 })).toEqual({ ok: false, reason: "too_slow" });
});

test("a body its sender cuts off is told from a whole one", async () => {
  expect(await readBody(thenFails("ab"))).toEqual({ ok: false, reason: "cut_off" });
});

test("a short answer is collected whole", async () => {
  const collected = await collect(chunks("ab", "", "cd"), { maxBytes: 4 });
  expect(collected).toEqual({ kind: "whole", bytes: Buffer.from("abcd") });
  expect(await collect(chunks())).toEqual({ kind: "whole", bytes: Buffer.alloc(0) });
});

test("a large answer becomes a stream of every byte in order (B5)", async () => {
  const texts = Array.from({ length: 100 }, (_, i) => `chunk ${i};`);
  const collected = await collect(chunks(...texts), { maxBytes: 50 });
  if (collected.kind !== "stream") throw new Error(collected.kind);
  expect(await textOf(collected.body)).toBe(texts.join(""));
});

test("a large answer is read no further than one chunk until someone takes it (B5)", async () => {
  let produced = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      produced++;
      yield Buffer.alloc(10);
    }
  }
  const collected = await collect(endless(), { maxBytes: 95 });
  await sleep(20);
  expect(collected.kind).toBe("stream");
  expect(produced).toBeLessThanOrEqual(11);
});

test("a slow answer becomes a stream that begins with what had come, and loses nothing that comes later (B5)", async () => {
  const end = new AbortController();
  const collected = await collect(thenSilence(end.signal, "a", "b"), { withinMs: 30 });
  if (collected.kind !== "stream") throw new Error(collected.kind);
  const reading = textOf(collected.body);
  end.abort();
  expect(await reading).toBe("ab");
});

/** Keeps this process busy, so that timers are late and nothing is read meanwhile. */
function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

test("a small answer that arrived while this process was busy is whole, and no stream (B5)", async () => {
  let answer = () => {};
  const server = await startRaw((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    answer = () => void socket.write("hi");
  });
  const call = createUpstreamClient({ privateUpstreams: ["127.0.0.0/8"], ownHosts: [] });
  const { signal } = new AbortController();
  const url = `${server.origin}/`;
  const result = await call({ method: "GET", url, headers: [], body: null, timeoutMs: 5_000, signal });
  if (!result.ok) throw new Error(result.reason);
  const collected = collect(result.body, { withinMs: 20 });
  answer();
  block(60);
  expect(await collected).toEqual({ kind: "whole", bytes: Buffer.from("hi") });
});

test("an answer cut off while it is collected is broken, one cut off later fails whoever reads it (B4)", async () => {
  expect(await collect(thenFails("ab"))).toEqual({ kind: "broken" });
  const collected = await collect(thenFails("ab", "cd"), { maxBytes: 3 });
  if (collected.kind !== "stream") throw new Error(collected.kind);
  // Long enough for the failure of the chunk that was already asked for to be nobody's.
  await sleep(20);
  await expect(textOf(collected.body)).rejects.toThrow("cut off");
});

test("a stream that is no longer wanted ends the upstream's connection, also when nothing was read of it (B5)", async () => {
  const server = await startRaw((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n${"x".repeat(50)}`);
  });
  const call = createUpstreamClient({ privateUpstreams: ["127.0.0.0/8"], ownHosts: [] });
  const { signal } = new AbortController();
  const url = `${server.origin}/`;
  const result = await call({ method: "GET", url, headers: [], body: null, timeoutMs: 5_000, signal });
  if (!result.ok) throw new Error(result.reason);
  const collected = await collect(result.body, { maxBytes: 10 });
  if (collected.kind !== "stream") throw new Error(collected.kind);
  await collected.body[Symbol.asyncIterator]().return?.();
  await server.closed(0);
});

test("a body that is passed on stops being waited for when its caller is slow, not when its reader is (G6)", async () => {
  async function* trickle() {
    for (;;) {
      await sleep(20);
      yield Buffer.from("x");
    }
  }
  const slow = passOn(trickle(), 1_000, 100);
  await expect(textOf(slow.chunks)).rejects.toThrow("too_slow");
  expect(slow.fault()).toBe("too_slow");
  const prompt = passOn(chunks("a", "b"), 2, 50);
  for await (const _ of prompt.chunks) await sleep(80);
  expect(prompt.fault()).toBeNull();
});

test("a body that is passed on and cut off says so to its reader (B4)", async () => {
  const body = passOn(thenFails("ab"), 4);
  await expect(textOf(body.chunks)).rejects.toThrow("cut_off");
  expect(body.fault()).toBe("cut_off");
});
