import { randomBytes } from "node:crypto";
import { toHex } from "viem";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import type { Chain } from "./chain";
import { authorize, keptLog, Outside, openLocal, serve, startOwnChain } from "./fixture";
import { serveSdkFacilitator } from "./sdk-facilitator.fixture";

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

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

async function sdkFacilitator() {
  const server = await serveSdkFacilitator(outside);
  open.push(server);
  return server.url;
}

function settleVia(chain: Chain, authorization: Awaited<ReturnType<typeof authorize>>) {
  if (chain.submitter.kind !== "facilitator") throw new Error("The chain has no facilitator");
  return chain.submitter.settle(authorization);
}

describe("a true facilitator", () => {
  it("settles what we hand it, and the chain proves it", async () => {
    const chain = openLocal(rpcUrl, { facilitator: await sdkFacilitator() });
    const authorization = await authorize(await outside.payer(10_000n));
    const { txHash } = await settleVia(chain, authorization);
    expect(txHash).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await chain.prove(authorization, txHash)).toMatchObject({ outcome: "settled", proof: { txHash } });
  });

  it("refuses what cannot be paid, which moves nothing and is logged with its reason", async () => {
    const log = keptLog();
    const chain = openLocal(rpcUrl, { facilitator: await sdkFacilitator() }, log);
    const authorization = await authorize(await outside.payer(1n));
    expect(await settleVia(chain, authorization)).toEqual({ txHash: null });
    expect(log.lines).toContainEqual({
      event: "facilitator_refused",
      fields: expect.objectContaining({ reason: expect.any(String) }),
    });
    expect(await chain.prove(authorization, null)).toEqual({ outcome: "pending" });
  });
});

describe("a facilitator that cannot be believed", () => {
  const settled = (transaction: unknown) =>
    JSON.stringify({ success: true, transaction, network: "eip155:84532" });
  const invented = toHex(randomBytes(32));

  it("names a transaction that does not exist: pending, never settled (D4)", async () => {
    const liar = await serve(async () => ({ body: settled(invented) }));
    open.push(liar);
    const chain = openLocal(rpcUrl, { facilitator: liar.url });
    const authorization = await authorize(await outside.payer(10_000n));
    expect(await settleVia(chain, authorization)).toEqual({ txHash: invented });
    expect(await chain.prove(authorization, invented)).toEqual({ outcome: "pending" });
  });

  it("says that it failed though the money moved: the chain wins (D5)", async () => {
    const real = await sdkFacilitator();
    const liar = await serve(async (body, path) => {
      await fetch(`${real}${path.slice(1)}`, { method: "POST", body });
      return { body: JSON.stringify({ success: false, errorReason: "timeout", transaction: "" }) };
    });
    open.push(liar);
    const chain = openLocal(rpcUrl, { facilitator: liar.url });
    const authorization = await authorize(await outside.payer(10_000n));
    expect(await settleVia(chain, authorization)).toEqual({ txHash: null });
    expect(await chain.prove(authorization, null)).toMatchObject({ outcome: "settled" });
  });

  it.each<[string, Parameters<typeof serve>[0]]>([
    ["answers with a web page", async () => ({ body: "<html>Bad gateway</html>" })],
    ["answers 500", async () => ({ status: 500, body: settled(invented) })],
    ["redirects", async () => ({ status: 308, headers: { location: "http://127.0.0.1:1/" }, body: "" })],
    ["hangs up", async () => undefined],
    ["never answers", () => new Promise(() => {})],
    ["answers without an end", async () => ({ body: `"${"x".repeat(300_000)}"` })],
  ])(
    "has settled nothing that we know of when it %s, and is asked once more, by the same key (D6)",
    async (_, answer) => {
      const asked: { path: string; key: unknown; body: string }[] = [];
      const server = await serve(async (body, path, headers) => {
        asked.push({ path, key: headers["idempotency-key"], body });
        return answer(body, path, headers);
      });
      open.push(server);
      const chain = openLocal(rpcUrl, { facilitator: server.url });
      expect(await settleVia(chain, await authorize(await outside.payer(1n)))).toEqual({ txHash: null });
      expect(asked).toHaveLength(2);
      expect(asked[1]).toEqual(asked[0]);
      expect(asked[0]).toMatchObject({ path: "/settle", key: expect.stringMatching(UUID_V4) });
    },
  );

  it.each<[string, Parameters<typeof serve>[0]]>([
    ["answers null", async () => ({ body: "null" })],
    ["names no transaction", async () => ({ body: settled(undefined) })],
    ["names something that is no hash", async () => ({ body: settled("0x1234") })],
    ["refuses", async () => ({ status: 400, body: JSON.stringify({ success: false }) })],
  ])("is a hint without a hash when it %s, and is not asked again (D6)", async (_, answer) => {
    let asked = 0;
    const server = await serve(async (...request) => {
      asked += 1;
      return answer(...request);
    });
    open.push(server);
    const chain = openLocal(rpcUrl, { facilitator: server.url });
    expect(await settleVia(chain, await authorize(await outside.payer(1n)))).toEqual({ txHash: null });
    expect(asked).toBe(1);
  });

  it("is not asked again when its answer was lost and the chain shows that it settled (D6)", async () => {
    const real = await sdkFacilitator();
    let asked = 0;
    const server = await serve(async (body, path) => {
      asked += 1;
      await fetch(`${real}${path.slice(1)}`, { method: "POST", body });
      return undefined;
    });
    open.push(server);
    const chain = openLocal(rpcUrl, { facilitator: server.url });
    const authorization = await authorize(await outside.payer(10_000n));
    expect(await settleVia(chain, authorization)).toEqual({ txHash: null });
    expect(asked).toBe(1);
    expect(await chain.prove(authorization, null)).toMatchObject({ outcome: "settled" });
  });

  it("is not asked again while no RPC tells what came of the first time (D6)", async () => {
    let asked = 0;
    const server = await serve(async () => {
      asked += 1;
      return undefined;
    });
    open.push(server);
    const chain = openLocal("http://127.0.0.1:1", { facilitator: server.url });
    await settleVia(chain, await authorize(await outside.payer(1n)));
    expect(asked).toBe(1);
  });

  it("is a hint without a hash when nothing listens", async () => {
    const chain = openLocal(rpcUrl, { facilitator: "http://127.0.0.1:1" });
    expect(await settleVia(chain, await authorize(await outside.payer(1n)))).toEqual({ txHash: null });
  });

  it("is told of to operators when what it named as settled has run out (D4)", async () => {
    const log = keptLog();
    const own = await startOwnChain();
    open.push({ close: () => void own.stop() });
    const here = new Outside(own.rpcUrl);
    const { timestamp } = await here.client.getBlock();
    const authorization = await authorize(await here.payer(10_000n), { validBefore: timestamp + 60n });
    const chain = openLocal(own.rpcUrl, { facilitator: "http://127.0.0.1:1" }, log);
    await here.client.increaseTime({ seconds: 120 });
    await here.client.mine({ blocks: 65 });
    expect(await chain.prove(authorization, invented)).toMatchObject({ outcome: "failed" });
    expect(log.lines).toContainEqual({
      event: "facilitator_settled_nothing",
      fields: expect.objectContaining({ txHash: invented }),
    });
  });
});

describe("the health of a facilitator", () => {
  const supporting = (network: string) =>
    JSON.stringify({ kinds: [{ x402Version: 2, scheme: "exact", network }] });

  it.each<[string, Parameters<typeof serve>[0], string]>([
    ["well when it settles our payments", async () => ({ body: supporting("eip155:84532") }), "well"],
    [
      "refusing when it settles those of other networks",
      async () => ({ body: supporting("eip155:1") }),
      "refusing",
    ],
    ["down when it fails", async () => ({ status: 502, body: "{}" }), "down"],
    ["down when it hangs up", async () => undefined, "down"],
  ])("is %s", async (_, answer, state) => {
    const server = await serve(answer);
    open.push(server);
    const { facilitator, relayers, rpcs } = await openLocal(rpcUrl, { facilitator: server.url }).health();
    expect(facilitator).toMatchObject({ host: new URL(server.url).host, state });
    expect(facilitator?.lastFailure === null).toBe(state !== "down");
    expect(relayers).toEqual([]);
    expect(rpcs).toMatchObject([{ state: "well" }]);
  });
});
