import { randomBytes } from "node:crypto";
import { toHex } from "viem";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import type { Chain } from "./chain";
import { authorize, keptLog, Outside, openLocal, serve } from "./fixture";
import { serveSdkFacilitator } from "./sdk-facilitator.fixture";

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

  it("names a transaction that does not exist: pending, never settled (faults D4)", async () => {
    const liar = await serve(async () => ({ body: settled(invented) }));
    open.push(liar);
    const chain = openLocal(rpcUrl, { facilitator: liar.url });
    const authorization = await authorize(await outside.payer(10_000n));
    expect(await settleVia(chain, authorization)).toEqual({ txHash: invented });
    expect(await chain.prove(authorization, invented)).toEqual({ outcome: "pending" });
  });

  it("says that it failed though the money moved: the chain wins (faults D5)", async () => {
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
    ["answers 500", async () => ({ status: 500, body: "oops" })],
    ["redirects", async () => ({ status: 308, headers: { location: "http://127.0.0.1:1/" }, body: "" })],
    ["hangs up", async () => undefined],
    ["never answers", () => new Promise(() => {})],
    ["answers null", async () => ({ body: "null" })],
    ["names no transaction", async () => ({ body: settled(undefined) })],
    ["names something that is no hash", async () => ({ body: settled("0x1234") })],
  ])("is a hint without a hash when it %s (faults D6)", async (_, answer) => {
    const server = await serve(answer);
    open.push(server);
    const chain = openLocal(rpcUrl, { facilitator: server.url });
    expect(await settleVia(chain, await authorize(await outside.payer(1n)))).toEqual({ txHash: null });
  });

  it("is a hint without a hash when nothing listens", async () => {
    const chain = openLocal(rpcUrl, { facilitator: "http://127.0.0.1:1" });
    expect(await settleVia(chain, await authorize(await outside.payer(1n)))).toEqual({ txHash: null });
  });
});
