import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { addressOf, callerAddress, onBehalfOf } from "./caller";

/** What a server behind these proxies takes for the address of somebody who sends this X-Forwarded-For. */
async function seen(trusted: string[], forwardedFor?: string): Promise<string> {
  const server = createServer((request, response) => response.end(addressOf(request, trusted)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => void server.close());
  return new Promise((resolve, reject) => {
    const headers = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
    get({ host: "127.0.0.1", port, headers }, (response) => {
      response.setEncoding("utf8").on("data", resolve);
    }).on("error", reject);
  });
}

it("nobody chooses their own address: X-Forwarded-For counts only as far as trusted hops wrote it (I8)", async () => {
  const proxies = ["127.0.0.0/8", "10.0.0.0/8"];
  expect(await seen([], "203.0.113.7")).toBe("127.0.0.1");
  expect(await seen(proxies, "203.0.113.7")).toBe("203.0.113.7");
  expect(await seen(proxies, "198.51.100.1, 203.0.113.7, 10.1.1.1")).toBe("203.0.113.7");
  expect(await seen(proxies, "198.51.100.1, made up")).toBe("127.0.0.1");
  expect(await seen(proxies)).toBe("127.0.0.1");
});

it("an IPv6 network is one caller, and a mapped IPv4 address is itself (I8)", async () => {
  const [one, other] = [
    await seen(["127.0.0.0/8"], "2001:db8::1"),
    await seen(["127.0.0.0/8"], "2001:db8::ffff:2"),
  ];
  expect(one).toBe(other);
  expect(await seen(["127.0.0.0/8"], "2001:db8:0:1::1")).not.toBe(one);
  expect(await seen(["127.0.0.0/8"], "::ffff:203.0.113.7")).toBe("203.0.113.7");
});

it("the caller is known to whatever is done on their behalf, and to nothing else", async () => {
  const both = await Promise.all(
    ["a", "b"].map((address) => onBehalfOf(address, () => Promise.resolve().then(callerAddress))),
  );
  expect(both).toEqual(["a", "b"]);
  expect(callerAddress()).toBe("unknown");
});
