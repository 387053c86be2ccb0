import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { ChainUnavailable } from "./chain";
import { authorize, keptLog, Outside, openLocal, serve } from "./fixture";

const DEAD_RPC = "http://127.0.0.1:1/v2/secret-key";

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

describe("a network whose first RPC fails is served by the next", () => {
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

describe("a network that no RPC answers for", () => {
  it("is unavailable, which is no statement about the payer", async () => {
    const chain = openLocal([DEAD_RPC, await broken(async () => undefined)]);
    await expect(chain.payerState(await authorize(await outside.payer(1n)))).rejects.toThrow(
      ChainUnavailable,
    );
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
});
