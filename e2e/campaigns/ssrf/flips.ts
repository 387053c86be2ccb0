import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Context, Figures } from "@/e2e/campaigns/campaign";
import type { Replica } from "@/e2e/campaigns/replicas";
import type { Stack } from "@/e2e/campaigns/stack";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { ALLOWED, drawAnswer, mayBeCalled } from "./answers";
import { type Canary, startCanary } from "./canary";
import { startDnsServer } from "./dns-server";

/** Called side by side; more than the gateway has database connections would only wait for each other. */
const NAMES = 12;
const PRELOAD = pathToFileURL(join(import.meta.dirname, "ask-campaign-dns.mjs")).href;

/** What the gateway may do with a name that says something else each time. */
export const ALLOWED_ALONE = "H2: a name is called at allowed addresses alone";
/** What may be seen from inside its process. */
export const NO_STRAY = "H2: the gateway tries no other connection";
/** What may be heard at every other address of this machine. */
export const NO_CANARY = "H2: no canary hears anything";
/** Without which the others would hold whatever the gateway did. */
export const WATCHED = "what is allowed is connected to, and seen";

/** What names said, and how calls to them ended. */
interface Tally {
  begun: number;
  /** Calls that reached the merchant's own server, and that were refused. */
  served: number;
  refused: number;
  /** Calls that came to anything else than what their name said. */
  wrong: string[];
}

/** Calls endpoints whose names change their addresses with every look, through a gateway process that believes them. */
export async function flip({ random, size, progress, hold, openStack }: Context): Promise<Figures> {
  const canary = await startCanary();
  const asked = new Map<string, number>();
  const said = new Map<string, string[]>();
  const dns = await startDnsServer((name, type) => {
    const question = `${name} ${type}`;
    const times = asked.get(question) ?? 0;
    asked.set(question, times + 1);
    const answer = drawAnswer(random.fork(`${question} ${times}`), type);
    said.set(name, [...(said.get(name) ?? []), ...answer.addresses]);
    return answer;
  });
  try {
    const stack = await openStack({ replicas: 0, payers: 0 });
    const notes = join(stack.dataDir, "connections");
    await writeFile(notes, "");
    const replica = await stack.fleet.startApart({
      FAREBOX_ROLES: "gateway",
      FAREBOX_PRIVATE_UPSTREAMS: `${ALLOWED}/32`,
      NODE_OPTIONS: `--import=${PRELOAD}`,
      FAREBOX_CAMPAIGN_DNS: dns.address,
      FAREBOX_CAMPAIGN_CONNECTIONS: notes,
    });
    const names = Array.from({ length: Math.min(NAMES, size) }, (_, i) => `name-${i}.rebind.example`);
    const slugs = await publish(stack, names, canary);
    const tally: Tally = { begun: 0, served: 0, refused: 0, wrong: [] };
    await Promise.all(
      slugs.map(async ([name, slug]) => {
        while (tally.begun < size) {
          tally.begun += 1;
          said.delete(name);
          await flipOnce(replica, slug, () => said.get(name) ?? [], tally);
          progress(tally.served + tally.refused, size, `${tally.served} served`);
        }
      }),
    );
    hold(ALLOWED_ALONE, size, tally.wrong);

    const tried = (await readFile(notes, "utf8")).trim().split("\n");
    const strays = tried.filter((line) => !line.startsWith(`${ALLOWED} `));
    hold(NO_STRAY, tried.length, [...new Set(strays)]);
    hold(NO_CANARY, canary.served(), [...new Set(canary.heard)]);
    const seen = tried.filter((line) => line === `${ALLOWED} ${canary.port}`).length;
    const blind = seen < tally.served || tally.served === 0 || tally.refused === 0;
    hold(WATCHED, seen, blind ? [`${seen} connections for ${tally.served} calls served`] : []);
    const { served, refused } = tally;
    return { flips: size, served, refused, connections: tried.length, canariesHeard: canary.heard.length };
  } finally {
    dns.close();
    canary.close();
  }
}

/** Makes one call and holds it against what the name said meanwhile. */
async function flipOnce(replica: Replica, slug: string, said: () => string[], tally: Tally) {
  const { status, text } = await ask(`${replica.url}/g/${slug}/now`);
  const addresses = said();
  const wanted = mayBeCalled(addresses) ? "200 the merchant's own" : "502 upstream_unreachable";
  if (`${status} ${text}` !== wanted) tally.wrong.push(`${slug} said ${addresses}: ${status} ${text}`);
  tally[status === 200 ? "served" : "refused"] += 1;
}

/** Endpoints whose names were harmless when they were saved; nobody looks at them again but when they are called. */
async function publish({ parts, merchantId }: Stack, names: string[], { port }: Canary) {
  const { db } = parts.database;
  const made = names.map((name) => ({ id: newId(), name, slug: name.replaceAll(".", "-") }));
  await db.insert(endpoints).values(made.map(({ id, slug }) => ({ id, merchantId, slug, version: 1 })));
  await db.insert(endpointVersions).values(
    made.map(({ id, name }) => ({
      endpointId: id,
      version: 1,
      name,
      upstream: `http://${name}:${port}`,
      charge: "after" as const,
      upstreamTimeoutMs: 5_000,
      rules: [{ method: "*", path: "/*path", priceMicroUsd: null }],
      payouts: [],
    })),
  );
  return made.map(({ name, slug }) => [name, slug] as const);
}

async function ask(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  if (response.ok) return { status: response.status, text: await response.text() };
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, text: code };
}
