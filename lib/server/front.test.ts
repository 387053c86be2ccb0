import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFront } from "./front";

/** A front that answers upgrades with 501 and everything else with "alive"; `ended` resolves with its first connection. */
async function open() {
  const front = await openFront(0, "127.0.0.1");
  onTestFinished(() => front.drain(0));
  const ended = new Promise<void>((resolve) => {
    front.serve(({ headers, socket }, response) => {
      socket.once("close", () => resolve());
      if (headers.upgrade === undefined) return void response.end("alive");
      response.writeHead(501).end("no upgrade");
    }, "answer");
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

  test("and never closes the connection does not keep it, nor a stop of the process, waiting", async () => {
    const { port, ended } = await open();
    await askForUpgrade(port);
    await ended;
  });
});
