import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "@/lib/localnet/processes";
import { makeDataDir, readNote, type Spawned, spawnFarebox, standIns } from "./spawned.fixture";

describe("a start that cannot go on", () => {
  it("says in one line that its port is in use, and exits 1", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = String(typeof address === "object" ? address?.port : "");
    const farebox = await spawnFarebox({ PORT: port });
    expect(await farebox.ended()).toBe(1);
    expect(farebox.output()).toBe(
      `Farebox: PORT: port ${port} is in use; stop what listens there or set PORT to another.\n`,
    );
    taken.close();
  });

  it("says in one line that the database cannot be used, and exits 1", async () => {
    const { DATABASE_URL = "", FAREBOX_NETWORKS = "" } = process.env;
    const farebox = await spawnFarebox({
      DATABASE_URL: DATABASE_URL.replace(/:[^:@]+@/, ":wrong@"),
      FAREBOX_NETWORKS,
      FAREBOX_SECRET: "x".repeat(32),
      FAREBOX_ORIGIN: "http://localhost",
    });
    expect(await farebox.ended()).toBe(1);
    expect(farebox.output()).toMatch(/^Farebox: DATABASE_URL: the database cannot be used: [^\n]+\n$/);
    expect(farebox.output()).not.toContain("wrong@");
  });

  it("names every key that is missing or wrong, and exits 1", async () => {
    const farebox = await spawnFarebox({
      DATABASE_URL: "postgres://nowhere",
      FAREBOX_NETWORKS: "not json",
      FAREBOX_ROLES: "cook",
    });
    expect(await farebox.ended()).toBe(1);
    const keys = [...farebox.output().matchAll(/^ {2}(\w+)/gm)].map(([, key]) => key);
    expect(keys.sort()).toEqual(["FAREBOX_NETWORKS", "FAREBOX_ORIGIN", "FAREBOX_ROLES", "FAREBOX_SECRET"]);
  });
});

describe("a local network", () => {
  const folder = makeDataDir();
  let farebox: Spawned;
  const start = async () => {
    farebox = await spawnFarebox({ FAREBOX_DATA_DIR: (await folder).path });
    await farebox.ready();
  };
  const processes = async () => standIns((await folder).path);
  beforeAll(start);
  afterAll(async () => {
    if (farebox.child.exitCode === null) await farebox.signalGroup("SIGTERM");
    await (await folder).remove();
  });

  it("writes what a tool needs to local.json", async () => {
    const facts = await readNote<Record<string, unknown>>((await folder).path, "local.json");
    expect(facts).toEqual({
      origin: `http://localhost:${new URL(farebox.url).port}`,
      rpcUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      chainId: 84532,
      token: "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
      payerKey: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      demoUpstream: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  it("outlives a kill of the whole process group, and is adopted by the next start", async () => {
    const before = await processes();
    await farebox.signalGroup("SIGKILL");
    expect(isAlive(before.postgres)).toBe(true);
    expect(isAlive(before.anvil)).toBe(true);
    await start();
    expect(await processes()).toEqual(before);
  });

  it("is shared by a second process, and ends with the last", async () => {
    const second = await spawnFarebox({ FAREBOX_DATA_DIR: (await folder).path });
    await second.ready();
    const shared = await processes();
    await farebox.signalGroup("SIGTERM");
    expect(isAlive(shared.postgres)).toBe(true);
    expect(isAlive(shared.anvil)).toBe(true);
    await second.signalGroup("SIGTERM");
    expect(isAlive(shared.postgres)).toBe(false);
    expect(isAlive(shared.anvil)).toBe(false);
    await start();
  });

  it("ends with a stop, which exits 0 although npm passes the signal on once more", async () => {
    const { postgres, anvil } = await processes();
    farebox.child.kill("SIGTERM");
    farebox.child.kill("SIGTERM");
    expect(await farebox.ended()).toBe(0);
    expect(isAlive(postgres)).toBe(false);
    expect(isAlive(anvil)).toBe(false);
  });
});
