import { afterAll, describe, expect, it } from "vitest";
import type { ChainHealth } from "@/lib/chain/chain";
import { openDatabase } from "@/lib/db/client";
import { chainCursors, chainFindings } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { mintEndpoint, mintMerchant, mintPayments, TEST_ASSET, TEST_NETWORK } from "@/lib/revenue/fixture";
import { alarmsOf } from "./alarms";
import { type Queue, readQueues } from "./queue";
import { readLedgerAgainstChain } from "./sweeps";

const database = openDatabase(process.env.DATABASE_URL ?? "", 2);
const { db } = database;
afterAll(() => database.close());

/** A network no other test's payments are on. */
const QUIET = `eip155:9${Date.now()}`;
const now = new Date("2026-11-03T15:00:00Z");
const ago = (ms: number) => new Date(now.getTime() - ms);
const WELL: ChainHealth = {
  rpcs: [{ host: "rpc.example", state: "well", latencyMs: 4, lastFailure: null, head: null }],
  facilitator: null,
  relayers: [{ address: "0x01", gas: { balance: 400n, settlements: 400n, needed: 200n } }],
};
const IDLE: Queue = {
  network: TEST_NETWORK,
  held: 0,
  submitting: 0,
  oldestSubmittedAt: null,
  owed: 0,
  oldestOwedAt: null,
};
const AGREES = { cursors: [], findings: [], openFindings: 0 };
const named = (health: ChainHealth) => [{ network: TEST_NETWORK, name: "Base Sepolia", health }];

describe("what an operator sees", () => {
  it("counts what is held, submitted and owed on a network, and how long the oldest waits (B12)", async () => {
    const merchantId = await mintMerchant(database);
    const { id: endpointId } = await mintEndpoint(database, merchantId, "Busy");
    const seed = { endpointId, network: QUIET, units: 1n };
    await mintPayments(database, merchantId, [
      { ...seed, at: ago(5_000), money: "held" },
      { ...seed, at: ago(9_000), money: "submitting" },
      { ...seed, at: ago(3_000), money: "submitting" },
      { ...seed, at: ago(8_000), money: "final", delivery: "failed" },
      { ...seed, at: ago(7_000), money: "settled" },
      { ...seed, at: ago(7_000), money: "void" },
    ]);
    const queues = await readQueues(db, [QUIET, "eip155:0"]);
    expect(queues.find(({ network }) => network === QUIET)).toMatchObject({
      held: 1,
      submitting: 2,
      owed: 1,
      oldestOwedAt: ago(8_000),
    });
    expect(queues.find(({ network }) => network === "eip155:0")).toMatchObject({
      ...IDLE,
      network: "eip155:0",
    });
  });

  it("shows how far the chain was swept, and only findings that are open", async () => {
    const at = { network: QUIET, blockNumber: 41n };
    await db.insert(chainCursors).values({ ...at, worker: "sweep", blockHash: "0x01" });
    const finding = {
      ...at,
      kind: "unknown_transfer" as const,
      txHash: `0x${newId()}`,
      payTo: TEST_ASSET,
      amount: 5n,
    };
    await db.insert(chainFindings).values([
      { id: newId(), ...finding, logIndex: 1 },
      { id: newId(), ...finding, logIndex: 2, resolvedAt: now },
    ]);
    const { cursors, findings } = await readLedgerAgainstChain(db);
    expect(cursors).toContainEqual(expect.objectContaining({ ...at, worker: "sweep" }));
    const ours = findings.filter(({ txHash }) => txHash === finding.txHash);
    expect(ours.map(({ logIndex }) => logIndex)).toEqual([1]);
  });
});

describe("an operator is told", () => {
  const cursor = { network: TEST_NETWORK, worker: "sweep" as const, blockNumber: 1n, blockHash: "0x01" };

  const swept = { ...AGREES, cursors: [{ ...cursor, advancedAt: ago(20_000) }] };

  it("nothing while all is well", () => {
    const switchedOff = { ...cursor, network: QUIET, advancedAt: ago(3_600_000) };
    const ledger = { ...swept, cursors: [...swept.cursors, switchedOff] };
    expect(alarmsOf([IDLE], ledger, named(WELL), now)).toEqual([]);
  });

  it("of what waits too long, of parts that fail, and of every disagreement", () => {
    const [rpc] = WELL.rpcs;
    if (!rpc) throw new Error("There is no RPC");
    const sick: ChainHealth = {
      rpcs: [{ ...rpc, state: "down" }],
      facilitator: { host: "pay.example", state: "refusing", latencyMs: 1, lastFailure: null },
      relayers: [{ address: "0x01", gas: { balance: 199n, settlements: 199n, needed: 200n } }],
    };
    const queue = { ...IDLE, submitting: 1, oldestSubmittedAt: ago(61_000) };
    const ledger = { cursors: [{ ...cursor, advancedAt: ago(301_000) }], findings: [], openFindings: 1 };
    expect(alarmsOf([queue], ledger, named(sick), now)).toEqual([
      "A payment on Base Sepolia was sent over a minute ago and is not proven.",
      "No RPC of Base Sepolia is well: payments there are refused.",
      "The facilitator of Base Sepolia is not well.",
      "The relayer of Base Sepolia is short of gas: payments there are refused.",
      "The chain of Base Sepolia was not swept for five minutes: no worker runs.",
      "The ledger and the chain disagree; see below.",
    ]);
    const [relayer] = sick.relayers;
    const lame = { ...WELL, relayers: [...WELL.relayers, ...(relayer ? [relayer] : [])] };
    expect(alarmsOf([IDLE], swept, named(lame), now)).toEqual([
      "A relayer of Base Sepolia is short of gas: it sends nothing.",
    ]);
    const half = { ...WELL, rpcs: [rpc, { ...rpc, state: "behind" as const }] };
    expect(alarmsOf([IDLE], swept, named(half), now)).toEqual(["An RPC of Base Sepolia is not well."]);
    expect(alarmsOf([IDLE], AGREES, named(WELL), now)).toEqual([
      "The chain of Base Sepolia was never swept: no worker runs.",
    ]);
  });
});
