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
  const proof = await signProof({ slug: "weather", method: "GET", path: "/" });
  const { payload } = await jwtVerify(proof, createLocalJWKSet(await response.json()));
  expect(payload.aud).toBe("weather");
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
