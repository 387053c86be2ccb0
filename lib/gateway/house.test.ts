import { expect, test } from "vitest";
import { preflight, withHouseHeaders } from "./house";

function only(headers: readonly (readonly [string, string])[], wanted: string): string {
  const values = headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  expect(values).toHaveLength(1);
  return values[0] ?? "";
}

test("a cached 402: house headers replace what an answer says in their names (G13)", () => {
  const said = {
    status: 402,
    headers: [
      ["cache-control", "public, max-age=3600"],
      ["Vary", "Cookie"],
      ["request-id", "forged"],
      ["PAYMENT-REQUIRED", "e30="],
    ] satisfies [string, string][],
    body: null,
  };
  const { headers } = withHouseHeaders(said, "ours");
  expect(only(headers, "request-id")).toBe("ours");
  expect(only(headers, "cache-control")).toBe("private, no-store");
  expect(only(headers, "vary")).toMatch(/^PAYMENT-SIGNATURE, .*Accept, Origin$/);
  expect(only(headers, "payment-required")).toBe("e30=");
});

test("every answer lets x402 clients of both versions in a browser read what they need", () => {
  const { headers } = withHouseHeaders({ status: 402, headers: [], body: null }, "id");
  expect(only(headers, "access-control-allow-origin")).toBe("*");
  const exposed = only(headers, "access-control-expose-headers").split(", ");
  expect(exposed).toEqual(
    expect.arrayContaining([
      "PAYMENT-REQUIRED",
      "PAYMENT-RESPONSE",
      "X-PAYMENT-RESPONSE",
      "Retry-After",
      "Request-Id",
    ]),
  );
  expect(headers.map(([name]) => name.toLowerCase())).not.toContain("access-control-allow-credentials");
});

test("a preflight allows what x402 clients of both versions send, and nobody's credentials (B17)", () => {
  const { status, headers, body } = withHouseHeaders(preflight(), "id");
  expect([status, body]).toEqual([204, null]);
  expect(only(headers, "access-control-allow-origin")).toBe("*");
  const allowed = only(headers, "access-control-allow-headers").toLowerCase().split(", ");
  // The stock clients send the last one, which is a response header, with every paid call.
  const needed = ["payment-signature", "x-payment", "content-type", "access-control-expose-headers"];
  expect(allowed).toEqual(expect.arrayContaining(needed));
  expect(headers.map(([name]) => name.toLowerCase())).not.toContain("access-control-allow-credentials");
});
