import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { toHex } from "viem";
import { afterEach, beforeAll, describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { ChainUnavailable } from "./chain";
import {
  authorize,
  keptLog,
  lyingRpc,
  mintAddress,
  Outside,
  openLocal,
  type RpcCall,
  serve,
} from "./fixture";

const UNUSED = `0x${"00".repeat(32)}` as const;
const DEAD_RPC = "http://127.0.0.1:1/v2/secret-key";

const JSON_BODY = { "content-type": "application/json" };

let rpcUrl: string;
let outside: Outside;
const open: { close(): void }[] = [];

beforeAll(() => {
  rpcUrl = inject("local").rpcUrl;
  outside = new Outside(rpcUrl);
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function broken(answer: Parameters<typeof serve>[0]): Promise<string> {
  const server = await serve(answer);
  open.push(server);
  return `${server.url}/v2/secret-key`;
}

/** An RPC that tells the truth, except what `lie` makes of it; notes what it was asked. */
async function liar(lie: Parameters<typeof lyingRpc>[1] = (_, result) => result) {
  const asked: string[] = [];
  const server = await lyingRpc(rpcUrl, (call, result) => {
    asked.push(call.method);
    return lie(call, result);
  });
  open.push(server);
  return { url: server.url, asked, questions: () => asked.filter((method) => method === "eth_call").length };
}

const anybody = { asset: mintAddress(), from: mintAddress(), nonce: UNUSED };

describe("a network whose first RPC fails is served by the next (D2)", () => {
  it.each<[string, () => Promise<string>]>([
    ["refuses connections", async () => DEAD_RPC],
    ["hangs up", () => broken(async () => undefined)],
    ["never answers", () => broken(() => new Promise(() => {}))],
    ["answers with a web page", () => broken(async () => ({ body: "<html>Sign in</html>" }))],
    ["answers with an error", () => broken(async () => ({ status: 500, body: "{}" }))],
    [
      "answers for another chain",
      () => broken(async () => ({ body: '{"jsonrpc":"2.0","id":1,"result":"0x1"}' })),
    ],
    [
      "answers with nonsense",
      () => broken(async () => ({ body: '{"jsonrpc":"2.0","id":1,"result":"0x14a34"}' })),
    ],
  ])("when it %s", async (_, first) => {
    const payer = await outside.payer(12_345n);
    const chain = openLocal([await first(), rpcUrl]);
    const state = await chain.payerState(await authorize(payer));
    expect(state).toMatchObject({ balance: 12_345n, nonceUsed: false });
    expect(Math.abs(Number(state.headTime) - Date.now() / 1000)).toBeLessThan(300);
  });
});

describe("an RPC that is slow", () => {
  it("is not waited for: another is asked beside it, and it is not held to have failed (D2)", async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow = await broken(async (body) => {
      const call = JSON.parse(body) as RpcCall;
      if (call.method === "eth_call") await held;
      const answer = await fetch(rpcUrl, { method: "POST", headers: JSON_BODY, body });
      return { body: await answer.text() };
    });
    const chain = openLocal([slow, rpcUrl]);
    const { balance } = await chain.payerState(await authorize(await outside.payer(12_345n)));
    const [first] = (await chain.health()).rpcs;
    letGo();
    expect(balance).toBe(12_345n);
    expect(first).toMatchObject({ state: "well", lastFailure: null });
  });
});

describe("an RPC that failed five times in a row", () => {
  it("is left alone until it answers for its head, and is asked again then (D2)", async () => {
    let isDown = false;
    let questions = 0;
    const first = await broken(async (body) => {
      if ((JSON.parse(body) as RpcCall).method === "eth_call") questions += 1;
      if (isDown) return { status: 503, body: "{}" };
      const answer = await fetch(rpcUrl, { method: "POST", headers: JSON_BODY, body });
      return { body: await answer.text() };
    });
    const chain = openLocal([first, rpcUrl]);
    const ask = async () => chain.payerState({ ...anybody, asset: chain.network.token.address });
    await ask();
    isDown = true;
    for (let i = 0; i < 20; i++) await ask();
    expect(questions).toBe(6);
    expect((await chain.health()).rpcs[0]).toMatchObject({
      state: "down",
      lastFailure: { what: "answered HTTP 503" },
    });
    isDown = false;
    // Nothing but questions makes it be looked at again.
    while (questions === 6) {
      await ask();
      await sleep(100);
    }
    expect((await chain.health()).rpcs[0]).toMatchObject({ state: "well" });
  });

  it("does so also when it is the only one, and answers are refused at once meanwhile (D2)", async () => {
    let isDown = true;
    let asked = 0;
    const only = await broken(async (body) => {
      asked += 1;
      if (isDown) return undefined;
      const answer = await fetch(rpcUrl, { method: "POST", headers: JSON_BODY, body });
      return { body: await answer.text() };
    });
    const chain = openLocal(only);
    const ask = async () => chain.payerState({ ...anybody, asset: chain.network.token.address });
    for (let i = 0; i < 5; i++) await expect(ask()).rejects.toThrow(ChainUnavailable);
    const before = asked;
    await Promise.all(Array.from({ length: 50 }, () => expect(ask()).rejects.toThrow(ChainUnavailable)));
    // One knock at the door for all of them.
    expect(asked).toBe(before + 1);
    for (let i = 0; i < 20; i++) await expect(ask()).rejects.toThrow(ChainUnavailable);
    expect(asked - before).toBeLessThan(20);
    isDown = false;
    for (;;) {
      const state = await ask().catch(() => null);
      if (state !== null) break;
      await sleep(100);
    }
  });

  it.each([
    { status: 429, code: 429, message: "exceeded its compute units", what: "asks us to ask less often" },
    { status: 403, code: 3, message: "execution reverted", what: "answered HTTP 403" },
    { code: 429, message: "out of gas for today", what: "asks us to ask less often" },
    { code: -32_005, message: "limit exceeded", what: "asks us to ask less often" },
    { code: -32_000, message: "upstream timeout", what: "answered error -32000" },
  ])(
    "is also one that answers each time that it does not answer: %o (D2)",
    async ({ status, what, ...error }) => {
      let isLimited = false;
      let questions = 0;
      const first = await broken(async (body) => {
        const { id, method } = JSON.parse(body) as RpcCall;
        if (method === "eth_call") questions += 1;
        if (isLimited) return { status, body: JSON.stringify({ jsonrpc: "2.0", id, error }) };
        const answer = await fetch(rpcUrl, { method: "POST", headers: JSON_BODY, body });
        return { body: await answer.text() };
      });
      const chain = openLocal([first, rpcUrl]);
      const ask = () => chain.payerState({ ...anybody, asset: chain.network.token.address });
      await ask();
      isLimited = true;
      for (let i = 0; i < 12; i++) await ask();
      expect(questions).toBe(6);
      expect((await chain.health()).rpcs[0]).toMatchObject({ state: "down", lastFailure: { what } });
    },
  );

  it.each([
    { code: 3, message: "execution reverted" },
    { code: -32_015, message: "VM execution error." },
    { code: -32_099, message: "EVM error: OutOfGas" },
  ])("is not what one is that only says no, such as to a call that reverts: %o (D2)", async (error) => {
    let isAgainst = true;
    const only = await broken(async (body) => {
      const { id, method } = JSON.parse(body) as RpcCall;
      if (isAgainst && method === "eth_call") return { body: JSON.stringify({ jsonrpc: "2.0", id, error }) };
      const answer = await fetch(rpcUrl, { method: "POST", headers: JSON_BODY, body });
      return { body: await answer.text() };
    });
    const chain = openLocal(only);
    const ask = () => chain.payerState({ ...anybody, asset: chain.network.token.address });
    for (let i = 0; i < 6; i++) await expect(ask()).rejects.toThrow(ChainUnavailable);
    expect((await chain.health()).rpcs[0]).toMatchObject({ state: "well", lastFailure: null });
    isAgainst = false;
    expect(await ask()).toMatchObject({ balance: 0n });
  });
});

describe("an RPC that decides nothing (D3)", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const withHead = (number: number, time: number) => (call: RpcCall, result: unknown) =>
    call.method === "eth_getBlockByNumber"
      ? { ...Object(result), number: toHex(number), timestamp: toHex(time) }
      : result;

  it("is one whose head is behind the others'", async () => {
    const stale = await liar(withHead(100, now() - 60));
    const fresh = await liar(withHead(130, now()));
    const chain = openLocal([stale.url, fresh.url]);
    await chain.payerState({ ...anybody, asset: chain.network.token.address });
    expect([stale.questions(), fresh.questions()]).toEqual([0, 1]);
    expect((await chain.health()).rpcs.map(({ state }) => state)).toEqual(["behind", "well"]);
  });

  it("is not one that lacks the last block only, of a chain that takes long for one", async () => {
    const [one, other] = [await liar(withHead(100, now() - 60)), await liar(withHead(101, now()))];
    const chain = openLocal([one.url, other.url]);
    await chain.payerState({ ...anybody, asset: chain.network.token.address });
    expect(one.questions()).toBe(1);
  });

  it.each([
    ["a head from the future", 2, 3_600],
    ["the newest head of three", 3, 0],
  ])("is never all the others, because one boasts of %s", async (_, rpcs, ahead) => {
    const boaster = await liar(withHead(9_999, now() + ahead));
    const honest = await Promise.all(Array.from({ length: rpcs - 1 }, () => liar(withHead(100, now() - 60))));
    const chain = openLocal([...honest, boaster].map(({ url }) => url));
    await chain.payerState({ ...anybody, asset: chain.network.token.address });
    expect(honest[0]?.questions()).toBe(1);
  });

  it("is not one that keeps up with our clock, because another boasts of a head half a minute ahead of it", async () => {
    const honest = await liar(withHead(100, now() - 5));
    const boaster = await liar(withHead(9_999, now() + 25));
    const chain = openLocal([honest.url, boaster.url]);
    await chain.payerState({ ...anybody, asset: chain.network.token.address });
    expect(honest.questions()).toBe(1);
    expect((await chain.health()).rpcs.map(({ state }) => state)).toEqual(["well", "well"]);
  });

  it("is one of another chain, whatever else it says", async () => {
    const other = await liar(({ method }, result) => (method === "eth_chainId" ? "0x1" : result));
    const chain = openLocal([other.url, rpcUrl]);
    await chain.payerState({ ...anybody, asset: chain.network.token.address });
    expect(other.questions()).toBe(0);
    expect((await chain.health()).rpcs[0]).toMatchObject({
      state: "wrong_chain",
      lastFailure: { what: "answered for chain 1" },
    });
  });

  it("is one that answers for another chain an hour after it answered for ours", async () => {
    let isSwapped = false;
    const only = await liar(({ method }, result) => (method === "eth_chainId" && isSwapped ? "0x1" : result));
    const chain = openLocal(only.url);
    const ask = () => chain.payerState({ ...anybody, asset: chain.network.token.address });
    await ask();
    isSwapped = true;
    await ask();
    const clock = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => clock() + 3_600_000);
    onTestFinished(() => void vi.restoreAllMocks());
    await expect(ask()).rejects.toThrow(ChainUnavailable);
    expect(only.questions()).toBe(2);
  });
});

describe("the health of RPCs", () => {
  it("tells hosts, heads and failures, and no key", async () => {
    const { url } = await liar();
    const chain = openLocal([DEAD_RPC, `${url}/secret-key`]);
    const { rpcs } = await chain.health();
    expect(rpcs).toMatchObject([
      { host: "127.0.0.1:1", state: "unknown", latencyMs: null, head: null },
      { host: new URL(url).host, state: "well", lastFailure: null, head: { time: expect.any(Date) } },
    ]);
    expect(rpcs[0]?.lastFailure?.what).toBe("could not be reached, or answered nonsense");
    expect(inspect(rpcs)).not.toContain("secret-key");
  });
});

describe("a network that no RPC answers for", () => {
  it("is unavailable, which is no statement about the payer (D1)", async () => {
    const chain = openLocal([DEAD_RPC, await broken(async () => undefined)]);
    await expect(chain.payerState(await authorize(await outside.payer(1n)))).rejects.toThrow(
      ChainUnavailable,
    );
  });

  it("is unavailable also when they are silent: nobody waits for longer than 3 s (D2)", async () => {
    const silent = () => broken(() => new Promise(() => {}));
    const chain = openLocal([await silent(), await silent()]);
    await expect(chain.payerState(anybody)).rejects.toThrow(ChainUnavailable);
  });

  it("is unavailable in words that hold no URL, since URLs carry keys", async () => {
    const chain = openLocal(DEAD_RPC);
    const error: unknown = await chain.payerState(await authorize(await outside.payer(1n))).catch((e) => e);
    expect(error).toBeInstanceOf(ChainUnavailable);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/secret-key|127\.0\.0\.1/);
    expect((error as Error).cause).toBeUndefined();
  });

  it("is written to the log without the key, and without what was asked", async () => {
    const log = keptLog();
    const chain = openLocal(DEAD_RPC, undefined, log);
    await chain.payerState(await authorize(await outside.payer(1n))).catch(() => {});
    expect(log.lines).toHaveLength(1);
    const [line] = log.lines;
    expect(line).toMatchObject({ event: "rpc_failed", fields: { network: "eip155:84532", rpc: 0 } });
    expect(String(line?.fields?.error)).not.toMatch(/secret-key/);
  });

  it("is written to the log in our words also where it answers in its own, which may hold the key", async () => {
    const log = keptLog();
    const error = { code: -32_000, message: "secret-key: no upstream for this execution" };
    const url = await broken(async (body) => {
      const { id, method } = JSON.parse(body) as RpcCall;
      const result = method === "eth_chainId" ? { result: "0x14a34" } : { error };
      return { body: JSON.stringify({ jsonrpc: "2.0", id, ...result }) };
    });
    await openLocal(url, undefined, log)
      .payerState(anybody)
      .catch(() => {});
    expect(log.lines.map(({ fields }) => String(fields?.error))).toEqual([
      "Error: The RPC answered error -32000: execution",
    ]);
  });
});
