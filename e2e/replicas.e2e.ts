import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { settlements } from "@/lib/db/schema";
import { freePort } from "@/lib/localnet/ports";
import { readRunningConfiguration } from "@/lib/server/configure";
import { signPayment } from "@/lib/server/shop.fixture";
import { type Spawned, spawnFarebox } from "@/lib/server/spawned.fixture";
import { expect, test } from "./fixtures";
import { type Answered, openRoundRobin, type RoundRobin } from "./round-robin";

const HOST = "pay.example";
const CLIENTS = 4;
const ROLES = ["gateway", "worker", "web"] as const;

/** One process of one role on a port of its own, beside the instance under test and on its database. */
async function openReplica(shared: Record<string, string>, role: string) {
  const port = String(await freePort(0));
  const start = () => spawnFarebox({ ...shared, FAREBOX_ROLES: role, PORT: port });
  let running: Spawned = await start();
  return {
    role,
    port,
    ready: () => running.ready(),
    /** Stops it as a supervisor does, and starts the next release in its place. */
    async restart() {
      running.child.kill("SIGTERM");
      expect(await running.ended(), running.output()).toBe(0);
      running = await start();
      await running.ready();
    },
    stop: () => running.signalGroup("SIGTERM"),
  };
}

/** Buys until it is told to stop; gives what was answered to paid calls. Whatever is thrown reached the client. */
async function buy(
  gateways: RoundRobin,
  path: string,
  key: `0x${string}`,
  stop: AbortSignal,
): Promise<number[]> {
  const statuses: number[] = [];
  while (!stop.aborted) {
    const offered = await gateways.get(path);
    const headers = await signPayment(asResponse(offered), key);
    statuses.push((await gateways.get(path, headers)).status);
  }
  return statuses;
}

function asResponse({ status, headers, body }: Answered): Response {
  const lines = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Response(body, { status, headers: lines });
}

async function browse(webs: RoundRobin, stop: AbortSignal): Promise<number[]> {
  const statuses: number[] = [];
  while (!stop.aborted) {
    statuses.push((await webs.get("/sign-in")).status);
    await sleep(50);
  }
  return statuses;
}

test("replicas of every role are restarted one after the other under load, and no client sees an error", async ({
  dataDir,
  facts,
  parts,
  mintMerchant,
}) => {
  test.setTimeout(180_000);
  const running = await readRunningConfiguration({ FAREBOX_DATA_DIR: dataDir });
  if (!running) throw new Error("The instance under test left no configuration");
  const shared = {
    DATABASE_URL: running.DATABASE_URL,
    FAREBOX_NETWORKS: JSON.stringify(running.FAREBOX_NETWORKS),
    FAREBOX_SECRET: running.FAREBOX_SECRET,
    FAREBOX_ORIGIN: `http://${HOST}`,
    FAREBOX_PRIVATE_UPSTREAMS: "127.0.0.0/8",
    FAREBOX_DATABASE_CONNECTIONS: "5",
    FAREBOX_STOP_NOTICE_MS: "1000",
  };
  const merchant = await mintMerchant({});
  const path = `/g/${merchant.endpoints[0]?.slug}/now`;
  // One of each at a time, as a rolling restart goes.
  const [first, second] = await Promise.all(
    [1, 2].map(() => Promise.all(ROLES.map((role) => openReplica(shared, role)))),
  );
  const replicas = [...(first ?? []), ...(second ?? [])];
  await Promise.all(replicas.map((replica) => replica.ready()));
  const portsOf = (role: string) => replicas.filter((each) => each.role === role).map(({ port }) => port);
  const gateways = openRoundRobin(HOST, portsOf("gateway"));
  const webs = openRoundRobin(HOST, portsOf("web"));
  await sleep(500);

  const stopping = new AbortController();
  const buyers = Array.from({ length: CLIENTS }, () => buy(gateways, path, facts.payerKey, stopping.signal));
  const load = Promise.all([...buyers, browse(webs, stopping.signal)]);
  // What a client sees ends the load at once, and the test with it.
  await Promise.race([
    load,
    (async () => {
      await Promise.all((first ?? []).map((replica) => replica.restart()));
      await Promise.all((second ?? []).map((replica) => replica.restart()));
    })(),
  ]);
  stopping.abort();
  const statuses = await load;
  const paid = statuses.slice(0, CLIENTS).flat();
  expect(new Set(statuses.flat())).toEqual(new Set([200]));
  expect(paid.length).toBeGreaterThan(CLIENTS);
  const booked = await parts.database.db
    .select({ id: settlements.id })
    .from(settlements)
    .where(eq(settlements.endpointId, merchant.endpoints[0]?.id ?? ""));
  expect(booked).toHaveLength(paid.length);

  gateways.close();
  webs.close();
  await Promise.all(replicas.map((replica) => replica.stop()));
});
