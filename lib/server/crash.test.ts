import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createPublicClient, erc20Abi, getAddress, http } from "viem";
import { expect, inject, it } from "vitest";
import { freePort } from "@/lib/localnet/ports";
import { openShop, SHARED_SECRET, signPayment } from "./shop.fixture";
import { openStallingProxy } from "./stalling-proxy.fixture";

const local = inject("local");
const payerKey = local.payerKey as `0x${string}`;
const chain = createPublicClient({ transport: http(local.rpcUrl) });

/** Where a proxy stops the process, so that it can be killed exactly there. */
type Window = { at: "database" | "chain"; on: string; hold: "request" | "reply" } | "upstream" | "response";

const WINDOWS: [row: string, title: string, upstreamCalls: number, window: Window][] = [
  ["C1", "before its claim is written", 1, { at: "database", on: 'insert into "payments"', hold: "request" }],
  ["C2/C3", "while the upstream works", 2, "upstream"],
  // An answer that was never kept has to be asked for again, with the same Idempotency-Key.
  ["C3", "before the answer is kept", 2, { at: "database", on: 'insert into "answers"', hold: "request" }],
  ["C4", "after the answer is kept", 1, { at: "chain", on: "eth_estimateGas", hold: "request" }],
  [
    "C4",
    "before the signed transaction is stored",
    1,
    { at: "database", on: 'insert into "chain_txs"', hold: "request" },
  ],
  [
    "C5",
    "before the stored transaction is broadcast",
    1,
    { at: "chain", on: "eth_sendRawTransaction", hold: "request" },
  ],
  ["C6", "after the broadcast", 1, { at: "chain", on: "eth_sendRawTransaction", hold: "reply" }],
  ["C7", "before the receipt is booked", 1, { at: "database", on: "with paid as", hold: "request" }],
  ["C8", "before the answer is sent", 1, { at: "database", on: 'select "money", "reason"', hold: "request" }],
  ["C9", "while the answer is sent", 1, "response"],
];

/** Starts a process of its own, as an operator would, and waits until it is ready. */
async function startGateway(
  roles: string,
  databaseUrl: string,
  rpcUrl: string,
): Promise<{ process: ChildProcess; port: number }> {
  const port = await freePort(0);
  const [network] = JSON.parse(process.env.FAREBOX_NETWORKS ?? "[]");
  const child = spawn(process.execPath, ["bin/start.mjs"], {
    stdio: "ignore",
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      FAREBOX_NETWORKS: JSON.stringify([{ ...network, rpc: rpcUrl }]),
      FAREBOX_ROLES: roles,
      FAREBOX_SECRET: SHARED_SECRET,
      FAREBOX_ORIGIN: `http://127.0.0.1:${port}`,
      FAREBOX_PRIVATE_UPSTREAMS: "127.0.0.0/8",
      PORT: String(port),
    },
  });
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (ready?.ok) return { process: child, port };
    if (child.exitCode !== null) throw new Error(`The gateway ended with ${child.exitCode}`);
    await sleep(50);
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Presents a payment until it is served, waiting as the refusals ask. */
async function presentUntilServed(url: string, headers: Record<string, string>): Promise<Response> {
  for (const until = Date.now() + 45_000; ; ) {
    const response = await fetch(url, { headers });
    const mayWait = response.status === 409 || response.status === 503;
    if (!mayWait || Date.now() > until) return response;
    await sleep(500);
  }
}

it.concurrent.each(WINDOWS)(
  "%s: killed %s, a payment presented again is served once and charged once",
  async (_, __, upstreamCalls, window) => {
    const databaseUrl = new URL(process.env.DATABASE_URL ?? "");
    const rpcUrl = new URL(local.rpcUrl);
    // More than fits into buffers on the way where the kill must find it under way; else no more than one packet.
    const content = Buffer.alloc(window === "response" ? 900_000 : 900, ".");
    let calls = 0;
    let asked: () => void = () => {};
    const upstreamAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const shop = await openShop((_, response) => {
      calls += 1;
      asked();
      if (window === "upstream" && calls === 1) return;
      response.end(content);
    });
    const proxied = typeof window === "object" ? window : null;
    const target = proxied?.at === "chain" ? rpcUrl : databaseUrl;
    const proxy = await openStallingProxy(
      { host: target.hostname, port: Number(target.port) },
      proxied?.on ?? "no such text",
      proxied?.hold ?? "request",
    );
    const behind = new URL(target);
    behind.hostname = "127.0.0.1";
    behind.port = String(proxy.port);
    const through = (url: URL) => (url === target ? behind.href : url.href);
    // Without workers: theirs would reach the window with a payment of somebody else.
    const first = await startGateway("gateway", through(databaseUrl), through(rpcUrl));
    const headers = await signPayment(
      await fetch(`http://127.0.0.1:${first.port}/g/${shop.slug}/now`),
      payerKey,
    );

    const call = get({ port: first.port, path: `/g/${shop.slug}/now`, headers });
    call.on("error", () => {});
    if (window === "upstream") await upstreamAsked;
    else if (window === "response") await once(call, "response");
    else await proxy.reached;
    await kill(first.process);
    call.destroy();
    proxy.close();

    const second = await startGateway("gateway,worker", databaseUrl.href, local.rpcUrl);
    const served = await presentUntilServed(`http://127.0.0.1:${second.port}/g/${shop.slug}/now`, headers);
    const body = await served.arrayBuffer();
    await kill(second.process);

    expect([served.status, body.byteLength]).toEqual([200, content.byteLength]);
    const paid = await chain.readContract({
      address: getAddress(local.token),
      abi: erc20Abi,
      functionName: "balanceOf",
      args: [getAddress(shop.payTo)],
    });
    expect(paid).toBe(10_000n);
    expect(await shop.settlements()).toHaveLength(1);
    expect(await shop.payments()).toMatchObject([{ money: "settled", delivery: "ready" }]);
    expect(calls).toBe(upstreamCalls);
    await shop.close();
  },
  120_000,
);
