import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { log } from "@/lib/log";
import { openGateway } from "@/lib/server/gateway";
import { createRoutes } from "@/lib/server/routes";
import { listen, openShop, signPayment } from "@/lib/server/shop.fixture";
import { serveMetrics } from "./endpoint";
import { createMetrics } from "./metrics";
import { addChains, addLedger, addPools } from "./state";

const TOKEN = "a token for metrics";

/** A process with a gateway whose work is measured, in front of a shop. */
async function openMeasured() {
  const shop = await openShop((_, response) => void response.end("served"));
  onTestFinished(() => shop.close());
  const { parts } = shop;
  const metrics = createMetrics();
  const gateway = await openGateway(parts, metrics);
  onTestFinished(() => gateway.close());
  addPools(metrics, { requests: parts.database });
  addLedger(metrics, parts.database, [...parts.chains.keys()]);
  addChains(metrics, parts.chains);
  const { server, port } = await listen(
    createRoutes(
      {
        gateway: gateway.handle,
        web: null,
        jwks: null,
        ready: async () => [],
        metrics: serveMetrics(metrics, TOKEN, () => {}),
        answered: metrics.answered,
        gatewayHost: null,
      },
      log,
    ),
  );
  onTestFinished(() => void server.close());
  const url = shop.url("/now");
  const { host, pathname } = new URL(url);
  const ask = async (path: string, headers: Record<string, string>) => {
    const [response] = (await once(get({ port, path, headers: { host, ...headers } }), "response")) as [
      IncomingMessage,
    ];
    return { status: response.statusCode, body: await text(response) };
  };
  return {
    metrics,
    call: (headers: Record<string, string> = {}) => ask(pathname, headers),
    pay: async () =>
      ask(pathname, await signPayment(await fetch(url), inject("local").payerKey as `0x${string}`)),
    read: (authorization: string) => ask("/metrics", { authorization }),
  };
}

describe("the metrics of a process", () => {
  it("are told to whoever has the token, and to nobody else (I14)", async () => {
    const { read } = await openMeasured();
    expect(await read(`Bearer ${TOKEN}!`)).toEqual({ status: 401, body: "" });
    expect((await read(`Bearer ${TOKEN}`)).status).toBe(200);
  });

  it("say what was answered and how long it took, what waits, and how every part does", async () => {
    const { call, pay, read, metrics } = await openMeasured();
    expect([(await call()).status, (await pay()).status]).toEqual([402, 200]);
    metrics.countLines({ ...log, warn: () => {} }).warn("rpc_failed");
    const { body } = await read(`Bearer ${TOKEN}`);
    for (const line of [
      'farebox_requests_total{role="gateway",status="402"} 1',
      'farebox_requests_total{role="gateway",status="200"} 1',
      'farebox_request_seconds_count{role="gateway"} 2',
      'farebox_upstream_seconds_count{outcome="answered"} 1',
      'farebox_settle_seconds_count{network="eip155:84532",outcome="settled"} 1',
      'farebox_log_lines_total{level="warn",event="rpc_failed"} 1',
      'farebox_pool{pool="requests",what="waiting"} 0',
      "farebox_database_answers 1",
    ]) {
      expect(body).toContain(`${line}\n`);
    }
    for (const pattern of [
      /^farebox_queue_payments\{network="eip155:84532",state="owed"\} \d+$/m,
      /^farebox_oldest_unsettled_seconds\{network="eip155:84532"\} \d/m,
      /^farebox_relayer_settlements_left\{network="eip155:84532",relayer="0x\w{40}"\} \d{3,}$/m,
      /^farebox_part_well\{network="eip155:84532",part="rpc",host="127\.0\.0\.1:\d+"\} 1$/m,
    ]) {
      expect(body).toMatch(pattern);
    }
  });
});
