import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { callerAddress } from "./caller";
import { guardPages } from "./pages";

const env = {
  FAREBOX_ORIGIN: "https://farebox.example",
  FAREBOX_GATEWAY_ORIGIN: "https://pay.example",
  FAREBOX_TRUSTED_PROXIES: ["127.0.0.0/8"],
};

/** Serves pages that show what reached them; tells how often they were asked. */
async function serve(): Promise<{ url: string; asked(): number }> {
  let asked = 0;
  const guarded = guardPages(
    async ({ headers }, response) => {
      asked += 1;
      const policy = headers["content-security-policy"];
      response.end(
        JSON.stringify({
          policy,
          report: headers["content-security-policy-report-only"],
          from: callerAddress(),
        }),
      );
    },
    env,
    false,
  );
  const server = createServer((request, response) => void guarded(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked };
}

describe("in front of every page", () => {
  it("a policy with a fresh nonce lets no other script run, and no caller chooses the nonce (I1)", async () => {
    const { url } = await serve();
    const planted = "script-src 'nonce-planted'";
    const init = {
      headers: { "content-security-policy": planted, "content-security-policy-report-only": planted },
    };
    const [one, other] = await Promise.all([fetch(url, init), fetch(url, init)]);
    const policy = one.headers.get("content-security-policy") ?? "";
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1];
    expect(scripts).toMatch(/^'nonce-[A-Za-z0-9+/]{22}==' 'strict-dynamic'$/);
    expect(await one.json()).toMatchObject({ policy });
    expect(await other.json()).not.toHaveProperty("report");
    expect(other.headers.get("content-security-policy")).not.toBe(policy);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("connect-src 'self' https://pay.example");
  });

  it("a state change from another site, from nowhere, or from `null` goes no further (CSRF, I3)", async () => {
    const { url, asked } = await serve();
    const send = async (method: string, origin?: string) =>
      (await fetch(url, { method, headers: origin === undefined ? {} : { origin } })).status;
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect(await send(method)).toBe(403);
      expect(await send(method, "null")).toBe(403);
      expect(await send(method, "https://evil.example")).toBe(403);
    }
    expect(asked()).toBe(0);
    expect(await send("POST", "https://farebox.example")).toBe(200);
    expect(await send("GET")).toBe(200);
  });

  it("knows who asks, from the hops that are trusted (I8)", async () => {
    const { url } = await serve();
    const response = await fetch(url, { headers: { "x-forwarded-for": "203.0.113.7" } });
    expect(await response.json()).toMatchObject({ from: "203.0.113.7" });
  });
});
