import { execFile } from "node:child_process";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { createPublicClient, erc20Abi, getAddress, http } from "viem";
import { afterAll, describe, expect, inject, it } from "vitest";
import { openShop } from "./shop.fixture";

const local = inject("local");
const folder = join(import.meta.dirname, "../../e2e/clients");
const chain = createPublicClient({ transport: http(local.rpcUrl) });
const shops: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(shops.map((shop) => shop.close())));

/** Runs a client in a process of its own, with its own packages, as a caller anywhere would. */
async function callWith(client: string, url: string) {
  const { stdout } = await promisify(execFile)(process.execPath, [`${client}.mjs`, url], {
    cwd: folder,
    env: { ...process.env, PAYER_KEY: local.payerKey },
  });
  return JSON.parse(stdout) as {
    status: number;
    body: string;
    receipt: { success: boolean; transaction: string; network: string; payer: string };
  };
}

const CLIENTS = [
  { client: "x402-fetch-v2", protocol: 2, network: "eip155:84532" },
  { client: "x402-fetch-v1", protocol: 1, network: "base-sepolia" },
  { client: "x402-axios-v1", protocol: 1, network: "base-sepolia" },
  { client: "mppx", protocol: 2, network: "eip155:84532" },
];

describe("a stock client, unmodified, pays one URL once and gets its answer and receipt", () => {
  const cases = CLIENTS.flatMap((client) =>
    (["after", "before"] as const).map((charge) => ({ ...client, charge })),
  );

  it.each(cases)("$client, charged $charge the call", async ({ client, protocol, network, charge }) => {
    let calls = 0;
    const upstream: RequestListener = (_, response) => {
      calls++;
      response.setHeader("content-type", "application/json").end('{"hour":12}');
    };
    const shop = await openShop(upstream, { charge });
    shops.push(shop);

    const { status, body, receipt } = await callWith(client, shop.url("/now?place=here"));

    expect({ status, body, calls }).toEqual({ status: 200, body: '{"hour":12}', calls: 1 });
    const settlements = await shop.settlements();
    expect(settlements).toEqual([
      expect.objectContaining({ amount: 10_000n, payTo: shop.payTo, txHash: receipt.transaction }),
    ]);
    expect(await shop.payments()).toEqual([expect.objectContaining({ protocol, scheme: "exact" })]);
    expect(receipt).toMatchObject({ success: true, network });
    expect(getAddress(receipt.payer)).toBe(local.payer);
    const token = getAddress(local.token);
    const paid = await chain.readContract({
      address: token,
      abi: erc20Abi,
      functionName: "balanceOf",
      args: [shop.payTo],
    });
    expect(paid).toBe(10_000n);
  });
});
