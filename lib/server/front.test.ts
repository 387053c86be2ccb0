import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFront } from "./front";

/** A front that answers upgrades with 501 and everything else with "alive"; `ended` resolves with its first connection. */
async function open() {
  const front = await openFront(0, "127.0.0.1");
  onTestFinished(() => front.drain({ noticeMs: 0, graceMs: 0 }));
  const ended = new Promise<void>((resolve) => {
    front.serve(({ headers, socket }, response) => {
      socket.once("close", () => resolve());
      if (headers.upgrade === undefined) return void response.end("alive");
      response.writeHead(501).end("no upgrade");
    });
  });
  return { port: front.port, ended };
}

/** Asks for an upgrade and waits for its answer, leaving the connection open. */
async function askForUpgrade(port: number): Promise<{ socket: Socket; answer: string }> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.write(
    "GET /g/shop HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  const [answer] = (await once(socket, "data")) as [Buffer];
  return { socket, answer: answer.toString() };
}

describe("a caller who asks for an upgrade", () => {
  test("and resets the connection (reset attack) ends nothing but that connection", async () => {
    const { port, ended } = await open();
    const { socket, answer } = await askForUpgrade(port);
    expect(answer).toContain("HTTP/1.1 501 ");
    socket.resetAndDestroy();
    await ended;
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("alive");
  });

  test("behind another request, in one packet (pipelining), is answered after it", async () => {
    const { port } = await open();
    const socket = connect({ port, host: "127.0.0.1" });
    onTestFinished(() => void socket.destroy());
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n${upgrade}`);
    let answers = "";
    for await (const part of socket) {
      answers += part;
      if (answers.includes("no upgrade")) break;
    }
    expect(answers).toMatch(/^HTTP\/1\.1 200 [\s\S]*alive[\s\S]*HTTP\/1\.1 501 /);
  });

  test("and never closes the connection does not keep a stop of the process waiting", async () => {
    const front = await openFront(0, "127.0.0.1");
    front.serve((_, response) => void response.writeHead(501).end("no upgrade"));
    await askForUpgrade(front.port);
    await front.drain({ noticeMs: 0, graceMs: 60_000 });
  });
});

test("what is pipelined behind an answer that closes the connection is never looked at (request smuggling)", async () => {
  const front = await openFront(0, "127.0.0.1");
  onTestFinished(() => front.drain({ noticeMs: 0, graceMs: 0 }));
  const asked: (string | undefined)[] = [];
  front.serve(({ url }, response) => {
    asked.push(url);
    setImmediate(() =>
      response.writeHead(url === "/last" ? 400 : 200, url === "/last" ? { connection: "close" } : {}).end(),
    );
  });
  const socket = connect(front.port, "127.0.0.1");
  socket.write(
    ["/first", "/last", "/smuggled"]
      .map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      .join(""),
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 400 /);
  expect(asked).toEqual(["/first", "/last"]);
});

test("before it serves, callers are told to come back", async () => {
  const front = await openFront(0, "127.0.0.1");
  onTestFinished(() => front.drain({ noticeMs: 0, graceMs: 0 }));
  const response = await fetch(`http://127.0.0.1:${front.port}/g/shop`);
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
});

test("a stop lets the request in flight end, and takes no new connection", async () => {
  const front = await openFront(0, "127.0.0.1");
  const arrived = new Promise<() => void>((resolve) => {
    front.serve(({ url }, response) => {
      if (url === "/slow") resolve(() => void response.end("done"));
      else response.end();
    });
  });
  const answer = fetch(`http://127.0.0.1:${front.port}/slow`);
  const finish = await arrived;
  const drained = front.drain({ noticeMs: 0, graceMs: 60_000 });
  const another = () => fetch(`http://127.0.0.1:${front.port}/`).then(() => "taken", String);
  await expect.poll(another).toContain("fetch failed");
  finish();
  expect(await (await answer).text()).toBe("done");
  await drained;
});

test("a stop gives notice: it serves on, and asks whoever it answers to use another connection", async () => {
  const front = await openFront(0, "127.0.0.1");
  const arrived = new Promise<() => void>((resolve) => {
    front.serve(({ url }, response) => {
      if (url === "/slow") resolve(() => void response.writeHead(200, ["X-Slow", "1"]).end("done"));
      else response.end(String(front.stopping));
    });
  });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const ask = async (path: string) => {
    const call = get({ port: front.port, host: "127.0.0.1", path, agent });
    const [response] = (await once(call, "response")) as [IncomingMessage];
    return { response, body: await text(response) };
  };
  expect((await ask("/")).response.headers.connection).toBe("keep-alive");
  const slow = ask("/slow");
  const finish = await arrived;
  const drained = front.drain({ noticeMs: 1_000, graceMs: 60_000 });
  const during = await ask("/");
  expect([during.body, during.response.headers.connection]).toEqual(["true", "close"]);
  finish();
  expect((await slow).response.headers).toMatchObject({ "x-slow": "1", connection: "close" });
  await drained;
  await expect(ask("/")).rejects.toThrow("ECONNREFUSED");
});

test("headers of more than 16 KiB are refused before anyone reads them (G1)", async () => {
  const { port } = await open();
  const headers = { "payment-signature": "A".repeat(17 * 1024) };
  expect((await fetch(`http://127.0.0.1:${port}/g/shop`, { headers })).status).toBe(431);
});

test("a caller who never finishes its headers is let go (slowloris)", async () => {
  const { port } = await open();
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n");
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toContain("HTTP/1.1 408 ");
  await once(socket, "close");
});
