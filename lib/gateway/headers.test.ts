import { expect, test } from "vitest";
import { cameThroughUs, type HeaderLine, toCaller, toUpstream } from "./headers";

const paid = {
  ...{ secretHeaders: {}, proof: "jwt", paymentId: "pay-1", allowRange: false },
  ...{ requestId: "req-1", via: "pay.example" },
};

function sent(headers: readonly HeaderLine[], options: Partial<Parameters<typeof toUpstream>[1]> = {}) {
  return toUpstream(headers, { ...paid, ...options });
}

function received(headers: readonly HeaderLine[], options: Partial<Parameters<typeof toCaller>[1]> = {}) {
  return toCaller(headers, { secretHeaders: {}, location: null, ...options });
}

const ADDED = [
  ["Accept-Encoding", "identity"],
  ["Via", "1.1 pay.example"],
  ["Request-Id", "req-1"],
  ["Farebox-Proof", "jwt"],
  ["Idempotency-Key", "pay-1"],
];

test("ordinary headers pass to the upstream in order, with their names and values untouched", () => {
  const headers = [
    ["Accept", "application/json"],
    ["content-type", "application/json; charset=utf-8"],
    ["X-Api-Version", "2"],
    ["x-api-version", "3"],
    ["User-Agent", "agent/1"],
    ["MCP-Session-Id", "abc"],
  ] as const;
  expect(sent(headers)).toEqual([...headers, ...ADDED]);
});

test.each([
  "PAYMENT-SIGNATURE",
  "X-PAYMENT",
  "SIGN-IN-WITH-X",
  "Settlement-Overrides",
  "Authorization",
  "Proxy-Authorization",
  "Cookie",
  "Forwarded",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Real-IP",
  "CF-Connecting-IP",
  "True-Client-IP",
  "X-HTTP-Method-Override",
  "X-Original-URL",
  "X-Rewrite-URL",
  "x-middleware-subrequest",
  "next-router-state-tree",
  "RSC",
  "Farebox-Proof",
  "X-Paywall-Signature",
  "Request-Id",
  "Idempotency-Key",
  "If-None-Match",
  "If-Modified-Since",
  "Range",
  "Expect",
  "Host",
  "Content-Length",
  "Transfer-Encoding",
  "TE",
  "Trailer",
  "Upgrade",
  "Keep-Alive",
  "Origin",
  "Referer",
  "Sec-Fetch-Site",
  "Accept-Encoding",
  "Access-Control-Request-Method",
])("header smuggling: %s of a caller never reaches the upstream, in any spelling (G10, B18)", (name) => {
  for (const spelling of [name, name.toLowerCase(), name.replaceAll("-", "_")]) {
    expect(sent([[spelling, "evil"]])).toEqual(ADDED);
  }
});

test("header smuggling: what Connection names is removed both ways, and cannot remove what we add (G9)", () => {
  const headers = [
    ["Connection", "close, X-Hop"],
    ["connection", "farebox-proof, x-secret"],
    ["X-Hop", "1"],
    ["X-End", "2"],
  ] as const;
  expect(sent(headers, { secretHeaders: { "X-Secret": "s3cret-value" } })).toEqual([
    ["X-End", "2"],
    ...ADDED,
    ["X-Secret", "s3cret-value"],
  ]);
  expect(received(headers)).toEqual([
    ["X-End", "2"],
    ["X-Content-Type-Options", "nosniff"],
  ]);
});

test("header smuggling: a caller cannot set a secret header of the merchant's, in any spelling (G10)", () => {
  const headers = [
    ["x-api-key", "evil"],
    ["X_Api_Key", "evil"],
    ["Authorization", "Bearer evil"],
  ] as const;
  const secretHeaders = { "X-Api-Key": "good-key", Authorization: "Bearer good" };
  expect(sent(headers, { secretHeaders })).toEqual([...ADDED, ...Object.entries(secretHeaders)]);
});

test("a part of the answer is asked for only where allowed, and a free call keeps the caller's own key (B18)", () => {
  const headers = [
    ["Range", "bytes=0-1"],
    ["Idempotency-Key", "mine"],
  ] as const;
  const free = sent(headers, { allowRange: true, paymentId: undefined });
  expect(free).toEqual([...headers, ...ADDED.slice(0, 4)]);
});

// The hop is not signed: who forges one only keeps their own call from being made.
test("a loop is known by our name among the hops, and hops before us are kept (G17)", () => {
  const once = sent([["Via", "1.0 cache, 1.1 edge.example"]]);
  expect(once).toContainEqual(["Via", "1.0 cache, 1.1 edge.example, 1.1 pay.example"]);
  expect(cameThroughUs(once, "pay.example")).toBe(true);
  expect(cameThroughUs(once, "other.example")).toBe(false);
  expect(cameThroughUs([["via", "1.1 PAY.example (note)"]], "pay.example")).toBe(true);
  expect(cameThroughUs([], "pay.example")).toBe(false);
});

test("ordinary headers pass to the caller in order, with their names and values untouched", () => {
  const headers = [
    ["X-RateLimit-Remaining", "9"],
    ["content-language", "de"],
    ["Content-Encoding", "gzip"],
    ["Retry-After", "3"],
    ["Content-Disposition", "attachment"],
  ] as const;
  expect(received(headers)).toEqual([...headers, ["X-Content-Type-Options", "nosniff"]]);
});

test.each([
  "PAYMENT-REQUIRED",
  "PAYMENT-RESPONSE",
  "X-PAYMENT-RESPONSE",
  "Settlement-Overrides",
  "WWW-Authenticate",
  "Set-Cookie",
  "Server",
  "X-Powered-By",
  "Alt-Svc",
  "Clear-Site-Data",
  "Strict-Transport-Security",
  "Content-Security-Policy",
  "Content-Security-Policy-Report-Only",
  "Access-Control-Allow-Origin",
  "Access-Control-Allow-Credentials",
  "Cross-Origin-Opener-Policy",
  "Permissions-Policy",
  "Referrer-Policy",
  "X-Frame-Options",
  "X-Content-Type-Options",
  "Link",
  "Refresh",
  "Location",
  "Service-Worker-Allowed",
  "Cache-Control",
  "CDN-Cache-Control",
  "Surrogate-Control",
  "Expires",
  "ETag",
  "Vary",
  "X-Accel-Redirect",
  "X-Sendfile",
  "Idempotent-Replayed",
  "Request-Id",
  "Farebox-Proof",
  "Content-Length",
  "Transfer-Encoding",
  "Keep-Alive",
  "Upgrade",
])("%s of an upstream never reaches the caller (G11)", (name) => {
  for (const spelling of [name, name.toLowerCase()]) {
    expect(received([[spelling, "evil"]])).toEqual([["X-Content-Type-Options", "nosniff"]]);
  }
});

test("secrets: an upstream that echoes a secret header does not give it away, under whatever name (G11)", () => {
  const secretHeaders = { "X-Api-Key": "sk_live_1234567890", "X-Mode": "on" };
  const headers = [
    ["X-Api-Key", "another"],
    ["X-Echo", "sk_live_1234567890"],
    ["X-Debug", "got X-Api-Key: sk_live_1234567890!"],
    ["Content-Type", "text/plain; sk_live_1234567890"],
    ["X-Switch", "on"],
    ["X-Kept", "online"],
  ] as const;
  expect(received(headers, { secretHeaders })).toEqual([
    ["X-Kept", "online"],
    ["X-Content-Type-Options", "nosniff"],
  ]);
});

test.each([
  "text/html",
  "TEXT/HTML; charset=utf-8",
  "image/svg+xml",
  "application/xhtml+xml",
  "text/xml",
  "multipart/x-mixed-replace",
  "text/plain, text/html",
])("scripts on our origin: %s is served in a sandbox (G11)", (type) => {
  expect(received([["content-type", type]])).toEqual([
    ["Content-Type", type],
    ["Content-Security-Policy", "sandbox"],
    ["X-Content-Type-Options", "nosniff"],
  ]);
});

test("scripts on our origin: of two types only the first is sent", () => {
  const headers = [
    ["Content-Type", "application/json"],
    ["content-type", "text/html"],
  ] as const;
  expect(received(headers).filter(([name]) => /^content-type$/i.test(name))).toEqual([
    ["Content-Type", "application/json"],
  ]);
});

test("a location is only ever the one it was translated to", () => {
  expect(
    received([["Location", "https://evil.example/"]], { location: "https://pay.example/g/a/b" }),
  ).toEqual([
    ["Location", "https://pay.example/g/a/b"],
    ["X-Content-Type-Options", "nosniff"],
  ]);
});
