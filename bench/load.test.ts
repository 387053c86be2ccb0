import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { each, load } from "./load";
import { getRequest } from "./request";

async function listen(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that refuses every so-manieth call. */
function serve(refuseEvery: number): Promise<number> {
  let calls = 0;
  return listen((request, response) => {
    calls += 1;
    const body = `${request.url}${" ".repeat(100_000)}`;
    response.writeHead(calls % refuseEvery === 0 ? 503 : 200, { "content-length": body.length });
    response.end(body);
  });
}

const requests = Array.from({ length: 100 }, (_, n) => getRequest("localhost", `/${n}`));

it("a load sends each request once, and reads answers longer than one read", async () => {
  const seen = new Set<string>();
  const isGood = ({ status, body }: { status: number; body: Buffer }) => {
    seen.add(body.toString("latin1").trim());
    return status === 200;
  };
  const done = await load({ port: await serve(1_000), connections: 7, next: each(requests), isGood });
  expect(done).toMatchObject({ answers: 100, refused: 0 });
  expect(done.latenciesMs).toHaveLength(100);
  expect(seen.size).toBe(100);
});

it("a load counts no refusal as an answer, and ends when they are many", async () => {
  const isGood = ({ status }: { status: number }) => status === 200;
  const few = await load({ port: await serve(10), connections: 4, next: each(requests), isGood });
  expect(few).toMatchObject({ answers: 90, refused: 10 });
  const many = load({ port: await serve(2), connections: 4, next: each(requests), isGood });
  await expect(many).rejects.toThrow("Not what was asked for");
});

it("a paced load counts the time that calls wait behind a server that stands still (coordinated omission)", async () => {
  let calls = 0;
  const port = await listen(async (_, response) => {
    calls += 1;
    if (calls === 1) await sleep(500);
    response.end("late");
  });
  const isGood = ({ status }: { status: number }) => status === 200;
  const done = await load({ port, connections: 1, next: each(requests), isGood, everyMs: 10 });
  // The first stood still for half a second, in which fifty were due.
  expect(done.latenciesMs.filter((ms) => ms > 100).length).toBeGreaterThan(10);
});
