import { expect, test } from "vitest";
import type { EndpointTerms } from "./ports";
import { matchRule } from "./rules";

function termsWith(...rules: [method: string, path: string, price: bigint | null][]): EndpointTerms {
  return {
    version: 1,
    name: "",
    description: "",
    upstream: "https://api.example",
    charge: "after",
    upstreamTimeoutMs: 1_000,
    rules: rules.map(([method, path, priceMicroUsd]) => ({ method, path, priceMicroUsd })),
    payouts: [],
    secretHeaders: {},
  };
}

test("the first rule that matches method and path wins", () => {
  const terms = termsWith(["GET", "/now", 1n], ["*", "/:page", 2n], ["GET", "/*rest", 3n]);
  expect(matchRule(terms, "GET", "/now")?.priceMicroUsd).toBe(1n);
  expect(matchRule(terms, "POST", "/now")?.priceMicroUsd).toBe(2n);
  expect(matchRule(terms, "GET", "/a/b")?.priceMicroUsd).toBe(3n);
});

test("a path or method no rule names is never free (G7)", () => {
  const terms = termsWith(["GET", "/free/*rest", null], ["POST", "/paid", 1n]);
  for (const [method, path] of [
    ["GET", "/paid"],
    ["DELETE", "/paid"],
    ["GET", "/"],
    ["get", "/free/x"],
  ] as const) {
    expect(matchRule(terms, method, path)).toBeNull();
  }
});

test("HEAD is priced as GET (B16)", () => {
  const terms = termsWith(["GET", "/now", 1n], ["HEAD", "/now", null]);
  expect(matchRule(terms, "HEAD", "/now")?.priceMicroUsd).toBe(1n);
  expect(matchRule(termsWith(["HEAD", "/now", null]), "HEAD", "/now")).toBeNull();
});

test("paywall bypass by case or by a slash at the end: both are the path that was priced (G7)", () => {
  const terms = termsWith(["GET", "/paid", 1n], ["*", "/*rest", null]);
  for (const path of ["/PAID", "/paid/", "/Paid/"])
    expect(matchRule(terms, "GET", path)?.priceMicroUsd).toBe(1n);
});

test("paywall bypass by path parameters: where servers would read two rules there is none (G7)", () => {
  const free = termsWith(["GET", "/paid", 1n], ["*", "/*rest", null]);
  expect(matchRule(free, "GET", "/paid;x=1")).toBeNull();
  expect(matchRule(free, "GET", "/x/y;z")?.priceMicroUsd).toBeNull();
  const trial = termsWith(["GET", "/say/hello", null], ["GET", "/say/:text", 1n]);
  expect(matchRule(trial, "GET", "/say/hello;anything")).toBeNull();
  expect(matchRule(trial, "GET", "/say/moon;anything")?.priceMicroUsd).toBe(1n);
});
