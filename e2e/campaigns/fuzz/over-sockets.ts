import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context, Figures } from "@/e2e/campaigns/campaign";
import type { Stack } from "@/e2e/campaigns/stack";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { REASONS } from "@/lib/x402/reasons";
import { drawRaw } from "./draw-raw";
import { type Conversation, converse } from "./raw-client";
import { type RawRequest, type RawTarget, SMUGGLED } from "./raw-requests";

/** What the front door must do with whatever bytes come. */
export const DOOR = "G1, G5-G8: bytes that no client sends are refused, and never make two requests of one";
/** What the merchant's server may hear meanwhile. */
export const UPSTREAM = "G7, G8: the upstream hears no smuggled request, and none that was not paid";

const AT_ONCE = 24;
/** What Node itself may say before a request has come as far as anybody who knows codes. */
const STATUSES = new Set<number>([...Object.values(REASONS).map(({ status }) => status), 200, 204]);

/** Sends bytes to a real server that no client library would, each over a connection of its own. */
export async function fuzzOverSockets(
  stack: Stack,
  requests: number,
  { random, hold, progress }: Pick<Context, "random" | "hold" | "progress">,
): Promise<Figures> {
  const heard: string[] = [];
  const upstream = createServer((request, response) => {
    heard.push(request.url ?? "");
    response.end("free");
  }).listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const { port } = upstream.address() as AddressInfo;
  const { free, priced } = await publish(stack, port);
  const statuses = new Map<string, number>();
  let begun = 0;
  let done = 0;
  const work = async () => {
    while (begun < requests) {
      const url = new URL(stack.client.next());
      const target: RawTarget = { host: url.host, free: `/g/${free}`, priced: `/g/${priced}` };
      const request = drawRaw(target, random.fork(`raw ${begun++}`));
      const conversation = await converse(Number(url.port), request);
      const wrong = unfit(request, conversation, stack.secrets);
      hold(DOOR, 1, wrong === null ? [] : [`${request.kind}: ${wrong}\n${JSON.stringify(request.bytes)}`]);
      for (const { status } of conversation.responses)
        statuses.set(`raw: ${status}`, (statuses.get(`raw: ${status}`) ?? 0) + 1);
      progress(++done, requests, request.kind);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const strays = heard.filter((target) => !/^\/(x|p)(\?|$)/.test(target) || target.includes(SMUGGLED));
  hold(UPSTREAM, heard.length, strays);
  upstream.close();
  upstream.closeAllConnections();
  return Object.fromEntries(statuses);
}

/** Two endpoints in front of the listening server: one free, one priced, so that neither is asked without being noticed. */
async function publish({ parts, merchantId }: Stack, port: number) {
  const { db } = parts.database;
  const made = ["free", "priced"].map((slug) => ({ id: newId(), slug: `raw-${slug}` }));
  await db.insert(endpoints).values(made.map((endpoint) => ({ ...endpoint, merchantId, version: 1 })));
  await db.insert(endpointVersions).values(
    made.map(({ id, slug }) => ({
      endpointId: id,
      version: 1,
      name: slug,
      upstream: slug === "raw-free" ? `http://127.0.0.1:${port}` : `http://127.0.0.1:${port}/unpaid`,
      charge: "after" as const,
      upstreamTimeoutMs: 5_000,
      rules: [{ method: "*", path: "/*path", priceMicroUsd: slug === "raw-free" ? null : "10000" }],
      payouts: [{ network: "eip155:84532", payTo: "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf" }],
    })),
  );
  return { free: "raw-free", priced: "raw-priced" };
}

function unfit(
  { fate, ending }: RawRequest,
  { responses, rest, closed }: Conversation,
  secrets: readonly string[],
): string | null {
  const told = responses.map(({ status }) => status);
  const strange = told.find((status) => !STATUSES.has(status) || status === 500);
  if (strange !== undefined) return `answered ${strange}`;
  if (responses.some(({ text }) => secrets.some((secret) => text.includes(secret)))) return "told a secret";
  if (ending === "resets") return null;
  if (rest !== "") return `left ${JSON.stringify(rest.slice(0, 200))}`;
  if (typeof fate === "number" && told.length !== fate)
    return `answered ${told.length} times instead of ${fate}`;
  if (fate === "refused") {
    const [status, ...more] = told;
    if (status === undefined || status < 400 || status >= 500 || more.length > 0) return `answered ${told}`;
    if (!closed) return "left open";
  }
  return null;
}
