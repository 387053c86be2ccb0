import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { listenTo } from "./notices";

const direct = new URL(process.env.DATABASE_URL ?? "");

/** A TCP proxy to the test database whose open connections can be broken, or fall silent in both directions. */
async function openProxy() {
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((client) => {
    const pair: [Socket, Socket] = [client, connect(Number(direct.port), direct.hostname)];
    pairs.add(pair);
    pair[0].pipe(pair[1]).pipe(pair[0]);
    for (const [socket, other] of [pair, [...pair].reverse()]) {
      socket?.on("error", () => {});
      socket?.on("close", () => other?.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = () => {
    for (const socket of [...pairs].flat()) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const url = new URL(direct);
  url.host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const freeze = () => {
    for (const socket of [...pairs].flat()) socket.unpipe().pause();
    pairs.clear();
  };
  return { url: url.href, cut, freeze };
}

/** A channel of its own that is listened to through a proxy, and what was heard there. */
async function listening() {
  const proxy = await openProxy();
  const channel = `test_${crypto.randomUUID()}`;
  const heard: string[] = [];
  let losses = 0;
  const lose = () => {
    losses += 1;
  };
  const notices = listenTo(proxy.url, channel, { hear: (payload) => heard.push(payload), lose });
  const sql = postgres(direct.href, { max: 1, onnotice: () => {} });
  onTestFinished(async () => {
    await Promise.all([notices.close(), sql.end()]);
  });
  const trusted = () => expect.poll(notices.upToDate, { timeout: 30_000 }).toBe(true);
  await trusted();
  return {
    ...proxy,
    notices,
    trusted,
    heard,
    losses: () => losses,
    notify: (text: string) => sql.notify(channel, text),
  };
}

test("a notice is heard, and nothing was missed before it", async () => {
  const { notify, heard, losses } = await listening();
  const before = losses();
  await notify("one");
  await notify("two");
  await expect.poll(() => heard).toEqual(["one", "two"]);
  expect(losses()).toBe(before);
});

test("connections that break are known as a gap, after which listening goes on", async () => {
  const { notify, heard, losses, cut, trusted } = await listening();
  const before = losses();
  cut();
  await expect.poll(losses).toBeGreaterThan(before);
  await trusted();
  await notify("after");
  await expect.poll(() => heard).toEqual(["after"]);
});

test("a half-open connection is believed no longer than the trust lasts, then replaced (half-open)", async () => {
  const { notify, notices, heard, losses, freeze, trusted } = await listening();
  const before = losses();
  freeze();
  await notify("unheard");
  await expect.poll(notices.upToDate, { timeout: 30_000 }).toBe(false);
  expect([heard, losses() > before]).toEqual([[], true]);
  await trusted();
  await notify("heard");
  await expect.poll(() => heard).toEqual(["heard"]);
});
