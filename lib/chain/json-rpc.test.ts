import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { openJsonRpc } from "./json-rpc";

const PATIENT_MS = 10_000;

/** An RPC that answers as told; `url` holds a user and a key. */
async function rpc(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume().once("end", () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://user:pass%20word@127.0.0.1:${port}/v2/secret-key?network=base` };
}

const ANSWER = JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0x1" });
const QUESTION = { method: "eth_chainId" };

describe("a question to an RPC", () => {
  it("goes to the whole URL with its credentials, and each over a connection of those before it", async () => {
    const asked: (string | undefined)[] = [];
    let connections = 0;
    const { server, url } = await rpc(({ url: path, headers }, response) => {
      asked.push(path, headers.authorization);
      response.end(ANSWER);
    });
    server.on("connection", () => {
      connections += 1;
    });
    const ask = openJsonRpc(url, PATIENT_MS);
    for (let n = 0; n < 20; n++) expect(await ask(QUESTION)).toBe("0x1");
    expect(new Set(asked)).toEqual(
      new Set(["/v2/secret-key?network=base", `Basic ${btoa("user:pass word")}`]),
    );
    // The driver may still be busy with the end of the answer before.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it("is told what the RPC objects to, whatever its status", async () => {
    const { url } = await rpc((_, response) => {
      response.writeHead(400).end('{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"reverted"}}');
    });
    await expect(openJsonRpc(url, PATIENT_MS)(QUESTION)).rejects.toMatchObject({ code: -32000 });
  });

  it("follows no redirect, which would carry a key to a stranger", async () => {
    let isFollowed = false;
    const stranger = await rpc((_, response) => {
      isFollowed = true;
      response.end(ANSWER);
    });
    const { url } = await rpc((_, response) => {
      response.writeHead(308, { location: stranger.url }).end();
    });
    await expect(openJsonRpc(url, PATIENT_MS)(QUESTION)).rejects.toMatchObject({ status: 308 });
    expect(isFollowed).toBe(false);
  });

  it("is given up when its answer begins in time and does not end", async () => {
    const { url } = await rpc((_, response) => {
      response.writeHead(200).write(ANSWER.slice(0, 10));
    });
    await expect(openJsonRpc(url, 100)(QUESTION)).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("fails in words that hold no key", async () => {
    const { url } = await rpc((_, response) => response.end("<html>"));
    const failure = await openJsonRpc(url, PATIENT_MS)(QUESTION).catch(String);
    expect(failure).toContain("HTTP request failed");
    expect(failure).not.toMatch(/secret-key|pass/);
  });
});
