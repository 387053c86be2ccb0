import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Soon } from "@/lib/gateway/soon";
import { toGatewayRequest, writeGatewayResponse } from "./bridge";
import { listen } from "./shop.fixture";

test("a caller who pipelines a stream behind a slow answer and leaves holds nothing (pipelining attack)", async () => {
  const events: string[] = [];
  async function* endless() {
    try {
      for (;;) yield Buffer.alloc(65_536);
    } finally {
      events.push("stream ended");
    }
  }
  let streaming: (written: Soon<void>) => void = () => {};
  const stream = new Promise<{ written: Soon<void> }>((resolve) => {
    streaming = (written) => resolve({ written });
  });
  const { server, port } = await listen((request, response) => {
    if (request.url === "/slow") return;
    const { signal } = toGatewayRequest(request);
    signal.addEventListener("abort", () => events.push("caller gone"));
    streaming(writeGatewayResponse({ status: 200, headers: [], body: endless() }, response));
  });
  onTestFinished(() => void server.close());
  const socket = connect(port, "127.0.0.1");
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  socket.write(request("/slow") + request("/stream"));
  const { written } = await stream;
  socket.destroy();
  await once(socket, "close");
  await written;
  expect(events).toEqual(["caller gone", "stream ended"]);
});

test("a connection that serves many calls one after the other gathers nothing from them", async () => {
  const listeners: number[] = [];
  const { server, port } = await listen((request, response) => {
    const { signal } = toGatewayRequest(request);
    expect(signal.aborted).toBe(false);
    listeners.push(request.socket.listenerCount("close"));
    const leave = () => {};
    signal.addEventListener("abort", leave);
    signal.removeEventListener("abort", leave);
    void writeGatewayResponse({ status: 200, headers: [], body: Buffer.from("ok") }, response);
  });
  onTestFinished(() => void server.close());
  for (let i = 0; i < 5; i++) await (await fetch(`http://127.0.0.1:${port}/`)).text();
  expect(new Set(listeners).size).toBe(1);
});
