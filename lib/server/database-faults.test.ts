import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { Outside } from "@/lib/chain/fixture";
import { serveSdkFacilitator } from "@/lib/chain/sdk-facilitator.fixture";
import { makeOwnDatabase } from "@/lib/db/own-database.fixture";
import { openStallingProxy } from "@/lib/db/stalling-proxy.fixture";
import { fillGaps } from "@/lib/ledger/workers/fill-gaps";
import { watchReadiness } from "./health";
import type { Parts } from "./parts";
import { openShop, type ShopOptions, signPayment } from "./shop.fixture";

const local = inject("local");
const outside = new Outside(local.rpcUrl);

/** A shop whose connection to the database breaks once, at the message that holds `text`: before it, or after it. */
async function fragileShop(
  text: string,
  hold: "request" | "reply",
  upstream: RequestListener,
  options: ShopOptions = {},
) {
  const url = new URL(process.env.DATABASE_URL ?? "");
  const proxy = await openStallingProxy({ host: url.hostname, port: Number(url.port) }, text, hold);
  onTestFinished(() => proxy.close());
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const shop = await openShop(upstream, { ...options, databaseUrl: url.href });
  onTestFinished(() => shop.close());
  const sign = async () => {
    const payer = generatePrivateKey();
    await outside.mint(privateKeyToAccount(payer).address, 10_000n);
    return signPayment(await fetch(shop.url("/now")), payer);
  };
  const headers = await sign();
  const present = () => fetch(shop.url("/now"), { headers });
  return {
    ...shop,
    present,
    presentAnother: async () => fetch(shop.url("/now"), { headers: await sign() }),
    /** Presents the payment, and breaks the connection when the statement comes. */
    async presentAndCut() {
      const call = present();
      await proxy.reached;
      proxy.cut();
      const response = await call;
      return { status: response.status, code: (await response.json()).code };
    },
    async presentUntilServed() {
      for (;;) {
        const response = await present();
        if (response.status !== 409 && response.status !== 503) return response;
        await response.body?.cancel();
        await sleep(200);
      }
    },
  };
}

/** What a worker does for transactions that were stored and not sent. */
async function sendStored({ database, chains, log }: Parts): Promise<void> {
  for (const chain of chains.values()) await fillGaps(database.db, chain, log);
}

describe("a connection to the database that breaks", () => {
  it("after a claim was written, and before that is known, keeps nobody waiting longer than its lease (C11)", async () => {
    const shop = await fragileShop('"is_gas_spent"', "reply", (_, response) => response.end("served"));
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "service_unavailable" });
    const served = await shop.presentUntilServed();
    expect([served.status, await served.text()]).toEqual([200, "served"]);
    expect(await shop.settlements()).toHaveLength(1);
  });

  it("after a facilitator was asked leaves the outcome unknown, and the payment is settled and served once (E3)", async () => {
    const facilitator = await serveSdkFacilitator(outside);
    onTestFinished(() => facilitator.close());
    const shop = await fragileShop(
      'set "facilitator_tx_hash"',
      "request",
      (_, response) => response.end("served"),
      { facilitator: facilitator.url },
    );
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "settlement_pending" });
    const served = await shop.presentUntilServed();
    expect([served.status, await served.text()]).toEqual([200, "served"]);
    expect(await shop.settlements()).toHaveLength(1);
  });

  it("before the transaction is stored has signed nothing: the payment is served when it is presented again (E2)", async () => {
    const shop = await fragileShop("insert into chain_txs", "request", (_, response) =>
      response.end("served"),
    );
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "service_unavailable" });
    expect(await shop.payments()).toMatchObject([{ money: "held", delivery: "ready", chainTxId: null }]);
    const served = await shop.presentUntilServed();
    expect([served.status, await served.text()]).toEqual([200, "served"]);
    expect(await shop.settlements()).toHaveLength(1);
  });

  it("after the transaction was stored, and before that is known, leaves the outcome unknown: it will be sent (C11, E2)", async () => {
    const shop = await fragileShop("\0commit\0", "reply", (_, response) => response.end("served"));
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "settlement_pending" });
    expect(await shop.payments()).toMatchObject([{ money: "submitting", delivery: "ready" }]);
    await sendStored(shop.parts);
    expect((await shop.presentUntilServed()).status).toBe(200);
    expect(await shop.settlements()).toHaveLength(1);
  });

  it("after the transaction was stored in one statement, likewise (C11, E2)", async () => {
    const shop = await fragileShop('"transaction_id"', "reply", (_, response) => response.end("served"));
    // The account nonce that follows this payment's is expected.
    const first = await shop.presentAnother();
    expect(first.status).toBe(200);
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "settlement_pending" });
    await sendStored(shop.parts);
    expect((await shop.presentUntilServed()).status).toBe(200);
    expect(await shop.settlements()).toHaveLength(2);
  });

  it("before a stream is paid for lets go of the upstream", async () => {
    let ended: () => void = () => {};
    const upstreamEnded = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const shop = await fragileShop('"answered_at" = now()', "request", (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      response.once("close", ended);
    });
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "service_unavailable" });
    await upstreamEnded;
  });
});

/** A shop in a database of its own, whose facilitator settles (the relayer's nonces lie in the shared one), a payment for it that is signed, and how often its upstream was called. */
async function ownShop() {
  const database = await makeOwnDatabase();
  const facilitator = await serveSdkFacilitator(outside);
  onTestFinished(() => facilitator.close());
  let calls = 0;
  const count: RequestListener = (_, response) => {
    calls += 1;
    response.end("served");
  };
  const shop = await openShop(count, { facilitator: facilitator.url, databaseUrl: database.url });
  onTestFinished(() => shop.close());
  const payer = generatePrivateKey();
  await outside.mint(privateKeyToAccount(payer).address, 10_000n);
  const headers = await signPayment(await fetch(shop.url("/now")), payer);
  const answers = async () => {
    const responses = await Promise.all([fetch(shop.url("/now")), fetch(shop.url("/now"), { headers })]);
    return Promise.all(responses.map(async (each) => [each.status, (await each.json()).code]));
  };
  const ready = watchReadiness(shop.parts);
  return { database, shop, headers, answers, ready, calls: () => calls };
}

const UNAVAILABLE = [503, "service_unavailable"];

describe("a database that is away", () => {
  it("is told to who pays and who does not; the upstream is not called, and the process is not ready (E1)", async () => {
    const { hostname, port } = new URL(process.env.DATABASE_URL ?? "");
    const proxy = await openStallingProxy({ host: hostname, port: Number(port) }, "no such text", "request");
    const url = new URL(process.env.DATABASE_URL ?? "");
    url.host = `127.0.0.1:${proxy.port}`;
    let calls = 0;
    const shop = await openShop(
      (_, response) => {
        calls += 1;
        response.end();
      },
      { databaseUrl: url.href },
    );
    onTestFinished(() => shop.close());
    const headers = await signPayment(await fetch(shop.url("/now")), local.payerKey as `0x${string}`);
    const ready = watchReadiness(shop.parts);
    expect(await ready()).toEqual([]);
    proxy.close();
    for (const init of [{ headers }, {}]) {
      const answer = async () => {
        const response = await fetch(shop.url("/other"), init);
        return [response.status, (await response.json()).code];
      };
      // What sells is known from memory until the broken connection is noticed.
      await expect.poll(answer).toEqual(UNAVAILABLE);
    }
    expect(calls).toBe(0);
    await expect.poll(ready, { timeout: 30_000 }).toEqual(["The database does not answer."]);
  });

  it("is one that takes no writes as well (E7)", async () => {
    const { database, shop, answers, ready, headers, calls } = await ownShop();
    expect(await ready()).toEqual([]);
    await database.turn("default_transaction_read_only", "on");
    // What sells can still be said; nothing can be sold.
    const paid = async () => (await answers())[1];
    await expect.poll(paid, { timeout: 30_000 }).toEqual(UNAVAILABLE);
    await expect.poll(ready, { timeout: 30_000 }).toEqual(["The database takes no writes."]);
    expect(calls()).toBe(0);
    await database.turn("default_transaction_read_only", "off");
    const status = async () => (await fetch(shop.url("/now"), { headers })).status;
    await expect.poll(status, { timeout: 30_000 }).toBe(200);
    expect(calls()).toBe(1);
  });
});

describe("a gateway with a single connection to the database", () => {
  it("holds it neither while the upstream works nor while the chain is asked (E5)", async () => {
    let finish: () => void = () => {};
    const working = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const asked: Promise<void>[] = [];
    const slow = await openShop(
      (request, response) => {
        const isSlow = request.url === "/slow";
        asked.push((isSlow ? working : Promise.resolve()).then(() => void response.end("served")));
      },
      { connections: 1 },
    );
    onTestFinished(() => slow.close());
    const key = local.payerKey as `0x${string}`;
    const payFor = async (path: string) => {
      const headers = await signPayment(await fetch(slow.url(path)), key);
      return fetch(slow.url(path), { headers });
    };
    const held = payFor("/slow");
    await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(1);
    expect((await payFor("/quick")).status).toBe(200);
    finish();
    expect((await held).status).toBe(200);
  });

  it("answers 503 while something else holds it, and calls no upstream (E5)", async () => {
    let calls = 0;
    const shop = await openShop(
      (_, response) => {
        calls += 1;
        response.end();
      },
      { connections: 1 },
    );
    onTestFinished(() => shop.close());
    const headers = await signPayment(await fetch(shop.url("/now")), local.payerKey as `0x${string}`);
    let held = true;
    const holder = shop.parts.database.db.execute(sql`select pg_sleep(2.5)`).then(() => {
      held = false;
    });
    const answer = await fetch(shop.url("/now"), { headers });
    expect([answer.status, (await answer.json()).code, held, calls]).toEqual([...UNAVAILABLE, true, 0]);
    await holder;
  });
});
