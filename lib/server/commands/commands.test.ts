import { execFile } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { givenEnv } from "@/lib/env";
import { makeDataDir, readNote, type Spawned, spawnFarebox, standIns } from "@/lib/server/spawned.fixture";

const run = promisify(execFile);
const PAY_TO = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
let dataDir: Awaited<ReturnType<typeof makeDataDir>>;
let farebox: Spawned;

beforeAll(async () => {
  dataDir = await makeDataDir();
  farebox = await spawnFarebox({ FAREBOX_DATA_DIR: dataDir.path });
  await farebox.ready();
});
afterAll(async () => {
  await farebox.signalGroup("SIGTERM");
  await dataDir.remove();
});

/** Runs a command as an operator does, beside the running instance and with nothing but the data folder to go by. */
async function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { PATH = "", HOME = "" } = givenEnv();
  const env = { NODE_ENV: "production" as const, PATH, HOME, FAREBOX_DATA_DIR: dataDir.path };
  const program = ["bin/farebox.mjs", ...args];
  return run(process.execPath, program, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
  );
}

async function seedFile(endpoint: Record<string, unknown> = {}): Promise<string> {
  const { demoUpstream } = await readNote<{ demoUpstream: string }>(dataDir.path, "local.json");
  const path = join(dataDir.path, "seed.json");
  const described = {
    slug: "clock",
    name: "Clock",
    upstream: demoUpstream,
    headers: { "X-Key": "secret" },
    payouts: [{ network: "eip155:84532", payTo: PAY_TO }],
    rules: [
      { method: "GET", path: "/now", price: "0.01" },
      { method: "*", path: "/free/*rest", free: true },
    ],
    ...endpoint,
  };
  const merchant = { email: "Ada@example.com", password: "ada", name: "Ada", endpoints: [described] };
  await writeFile(path, JSON.stringify({ merchants: [merchant] }));
  return path;
}

it("npm writes nothing beside what a command prints", async () => {
  const { PATH = "", HOME = "" } = givenEnv();
  const env = { NODE_ENV: "production" as const, PATH, HOME, FAREBOX_DATA_DIR: dataDir.path };
  const { stdout } = await run("npm", ["run", "farebox", "--", "seed", await seedFile()], { env });
  expect(JSON.parse(stdout)).toEqual(JSON.parse((await command("seed", await seedFile())).out));
});

it("seed prints nothing but its JSON, and the same file again changes nothing", async () => {
  const first = await command("seed", await seedFile());
  expect(first.err).toBe("");
  expect(JSON.parse(first.out)).toEqual({
    merchants: [
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        email: "ada@example.com",
        endpoints: [
          {
            id: expect.stringMatching(/^[0-9a-f-]{36}$/),
            slug: "clock",
            gatewayUrl: `http://localhost:${new URL(farebox.url).port}/g/clock`,
          },
        ],
      },
    ],
  });
  expect((await command("seed", await seedFile())).out).toBe(first.out);
});

it("seed says which field of which endpoint it refuses, and exits 1", async () => {
  const refused = await command("seed", await seedFile({ rules: [{ path: "/now", price: "0" }] }));
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused.err).toContain(
    "The endpoint clock was refused:\n  rules.0.price: The price must be above 0",
  );
});

it("pay pays with the test wallet, and check finds the money on the chain", async () => {
  const { origin } = await readNote<{ origin: string }>(dataDir.path, "local.json");
  const paid = await command("pay", `${origin}/g/clock/now`);
  expect(paid.out).toMatch(/402 Payment Required.+signed by 0x.+settled in 0x[0-9a-f]{64}.+"now"/s);
  expect(paid.code).toBe(0);
  const checked = await command("check");
  expect(checked.code).toBe(0);
  expect(JSON.parse(checked.out)).toMatchObject({
    settlements: 1,
    sums: [{ network: "eip155:84532", payTo: PAY_TO, settlements: 1, amount: "10000" }],
    differences: [],
  });
}, 120_000);

it("operator says who is one from now on, and exits 1 for an email that nobody has", async () => {
  const appointed = await command("operator", "Ada@Example.com");
  expect([appointed.code, JSON.parse(appointed.out)]).toEqual([
    0,
    { email: "ada@example.com", operator: true },
  ]);
  const revoked = await command("operator", "ada@example.com", "--revoke");
  expect(JSON.parse(revoked.out)).toEqual({ email: "ada@example.com", operator: false });
  const unknown = await command("operator", "nobody@example.com");
  expect(unknown).toMatchObject({ code: 1, out: "" });
  expect(unknown.err).toContain("No account has the email nobody@example.com.");
}, 120_000);

it("metrics are shown to nobody where no token is configured", async () => {
  expect((await fetch(`${farebox.url}/metrics`)).status).toBe(404);
});

it("a local chain that lost its last blocks is reported, takes new payments, and agrees with the ledger again", async () => {
  const { origin } = await readNote<{ origin: string }>(dataDir.path, "local.json");
  await farebox.signalGroup("SIGTERM");
  const state = join(dataDir.path, "chain-state.json");
  await copyFile(state, `${state}.old`);
  farebox = await spawnFarebox({ FAREBOX_DATA_DIR: dataDir.path, PORT: new URL(farebox.url).port });
  await farebox.ready();
  expect(farebox.output()).not.toContain("local_chain_lost_blocks");
  await command("pay", `${origin}/g/clock/now`);

  // The machine stops: everything is killed, and the last state the chain wrote is from before the payment.
  const { postgres, anvil } = await standIns(dataDir.path);
  await farebox.signalGroup("SIGKILL");
  process.kill(anvil, "SIGKILL");
  process.kill(postgres, "SIGKILL");
  await copyFile(`${state}.old`, state);
  farebox = await spawnFarebox({ FAREBOX_DATA_DIR: dataDir.path, PORT: new URL(farebox.url).port });
  await farebox.ready();
  expect(farebox.output()).toContain("local_chain_lost_blocks");
  expect(await command("pay", `${origin}/g/clock/now`)).toMatchObject({ code: 0 });
  await expect.poll(async () => (await command("check")).code, { timeout: 90_000 }).toBe(0);
}, 180_000);
