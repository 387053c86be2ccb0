import { expect, test } from "vitest";
import { ask, type Question } from "./ask";
import type { UpstreamResult } from "./ports";

const question: Question = {
  request: {
    ...{ id: "req-1", method: "GET", target: "/g/shop/x", headers: [] },
    ...{ body: nothing(), signal: new AbortController().signal },
  },
  target: { slug: "shop", rawPath: "/x", path: "/x", rawQuery: "" },
  body: new Uint8Array(),
  terms: {
    ...{ version: 1, name: "", description: "", upstream: "https://api.example", charge: "after" },
    ...{ upstreamTimeoutMs: 1_000, rules: [], payouts: [], secretHeaders: {} },
  },
  signal: new AbortController().signal,
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Asks an upstream whose answer has this type and body; tells what came of it and how long it may fall silent. */
async function asked(type: string, body: AsyncIterable<Uint8Array>, paymentId?: string) {
  const stalls: number[] = [];
  const result: UpstreamResult = {
    ...{ ok: true, status: 200, headers: [["Content-Type", type]] },
    body: {
      [Symbol.asyncIterator]: () => body[Symbol.asyncIterator](),
      takeWhole: () => null,
      allowStall: (ms) => void stalls.push(ms),
      destroy: () => {},
    },
  };
  const parts = { origin: "https://pay.example", via: "pay.example", signProof: () => "jwt" };
  const { kind } = await ask({ ...parts, callUpstream: async () => result }, { ...question, paymentId });
  return { kind, stalls };
}

test("a stream is cut when it has been silent for a minute, and everything else after the client's own time (B14)", async () => {
  async function* large() {
    for (let i = 0; i < 20; i++) yield Buffer.alloc(65_536);
  }
  expect(await asked("text/event-stream", nothing(), "pay-1")).toEqual({ kind: "stream", stalls: [60_000] });
  expect(await asked("image/png", large(), "pay-1")).toEqual({ kind: "stream", stalls: [60_000] });
  expect(await asked("text/plain", nothing(), "pay-1")).toEqual({ kind: "whole", stalls: [] });
});

test("a free answer is passed on from its first byte", async () => {
  async function* silent() {
    await new Promise(() => {});
    yield Buffer.alloc(0);
  }
  expect(await asked("text/plain", silent())).toEqual({ kind: "stream", stalls: [60_000] });
});
