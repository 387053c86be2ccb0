import { once } from "node:events";
import { get } from "node:http";
import { createLocalJWKSet, jwtVerify } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { createProver } from "@/lib/gateway/proof";
import { log } from "@/lib/log";
import { deriveKey } from "@/lib/seal";
import { createRoutes, type Roles } from "./routes";
import { listen } from "./shop.fixture";

async function serve(roles: Partial<Roles>): Promise<string> {
  const nothing: Roles = { gateway: null, web: null, jwks: null, ready: async () => [], gatewayHost: null };
  const { server, port } = await listen(createRoutes({ ...nothing, ...roles }, log));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${port}`;
}

test("an upstream fetches the key of its proofs from the gateway's own host", async () => {
  const { jwks, signProof } = await createProver("https://pay.example", deriveKey("s".repeat(32), "proof"));
  const origin = await serve({ jwks: JSON.stringify(jwks), gatewayHost: "pay.example" });
  const response = await fetch(`${origin}/.well-known/jwks.json`);
  expect(response.status).toBe(200);
  const proof = signProof({ slug: "weather", method: "GET", path: "/" });
  const { payload } = await jwtVerify(proof, createLocalJWKSet(await response.json()));
  expect(payload.aud).toBe("weather");
});

test("nobody can have a payment of their own settled: there is no such address (J5)", async () => {
  const origin = await serve({ gateway, gatewayHost: "localhost" });
  for (const path of ["/settle", "/verify", "/supported", "/facilitator/settle", "/api/settle"]) {
    const response = await fetch(origin + path, { method: "POST", body: "{}" });
    expect([path, response.status]).toEqual([path, 404]);
  }
});

test("a process without the gateway has no key to show", async () => {
  const origin = await serve({});
  expect((await fetch(`${origin}/.well-known/jwks.json`)).status).toBe(404);
});

test("a process whose parts cannot be reached lives and is not ready", async () => {
  const origin = await serve({ ready: async () => ["The database cannot be reached."] });
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  const ready = await fetch(`${origin}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, "The database cannot be reached.\n"]);
});

const gateway: Roles["gateway"] = async () => ({ status: 402, headers: [], body: null });
const web: Roles["web"] = async (_, response) => void response.end("a page");

/** The statuses of a gateway URL and of a page, asked for at a host. */
async function statuses(origin: string, host = "localhost"): Promise<number[]> {
  return Promise.all(
    ["/g/shop/x", "/sign-in"].map(async (path) => {
      const [response] = await once(get(`${origin}${path}`, { headers: { host } }), "response");
      response.resume();
      return response.statusCode;
    }),
  );
}

test("a process answers only for the roles it has", async () => {
  expect(await statuses(await serve({ gateway, web }))).toEqual([402, 200]);
  expect(await statuses(await serve({ gateway }))).toEqual([402, 404]);
  expect(await statuses(await serve({ web }))).toEqual([404, 200]);
});

test("a call that carried a payment is one line of the log, under the id its caller got, without what it called", async () => {
  const lines: unknown[] = [];
  const noting = { ...log, info: (event: string, fields?: object) => lines.push({ event, ...fields }) };
  const answering: Roles["gateway"] = async () => {
    return { status: 200, headers: [["Request-Id", "some-id"]], body: null };
  };
  const roles = { web: null, jwks: null, ready: async () => [], gatewayHost: null, gateway: answering };
  const { server, port } = await listen(createRoutes(roles, noting));
  onTestFinished(() => void server.close());
  const call = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}/g/shop/patients/ada?key=secret`, { headers });
  await call({});
  expect((await call({ "payment-signature": "signed" })).headers.get("request-id")).toBe("some-id");
  expect(lines).toEqual([
    { event: "paid_call", request: "some-id", endpoint: "shop", status: 200, tookMs: expect.any(Number) },
  ]);
});

test("a gateway with a host of its own is served there alone, and nothing else is (G12)", async () => {
  const origin = await serve({ gateway, web, gatewayHost: "pay.example" });
  expect(await statuses(origin, "pay.example")).toEqual([402, 404]);
  expect(await statuses(origin, "farebox.example")).toEqual([404, 200]);
});
