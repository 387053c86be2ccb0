import { expect, test } from "vitest";
import { cpuOf } from "@/lib/x402/cpu.fixture";
import { readPaymentHeader } from "@/lib/x402/payment-header";
import { type HeaderLine, toCaller, toUpstream } from "./headers";
import { isAmbiguous, screen } from "./screen";
import { parseTarget } from "./target";

const ORIGIN = "https://pay.example";
const FULL = 16 * 1_024;
const options = {
  ...{
    secretHeaders: { "X-Key": "sk_live_1234567890" },
    proof: "jwt",
    paymentId: "pay-1",
    allowRange: false,
  },
  ...{ requestId: "req-1", via: "pay.example" },
};

/** As many header lines of this length as a request may carry. */
const lines = (line: (i: number) => HeaderLine, length: number) =>
  Array.from({ length: Math.floor(FULL / length) }, (_, i) => line(i));

/** Heads as large as the parser lets through, made to be slow to read. */
const HEADS: [string, HeaderLine[]][] = [
  ["many short lines", lines((i) => [`a${i}`, ""], 8)],
  ["one name again and again", lines(() => ["via", "1.1 a"], 12)],
  ["names that Connection lists", [["connection", "a,".repeat(4_000)], ...lines((i) => [`a${i}`, ""], 16)]],
  ["hops", [["via", "1.1 a,".repeat(2_700)]]],
  ["hops of spaces", [["via", `1.1${" ".repeat(FULL)}a`]]],
  ["commas", [["connection", ",".repeat(FULL)]]],
  ["a long host", [["host", `${"a.".repeat(FULL / 2)}pay.example`]]],
  ["a host of brackets", [["host", "[".repeat(FULL)]]],
  ["underscores", [["_".repeat(FULL), "x"]]],
  ["a coding of commas", [["transfer-encoding", ",".repeat(FULL)]]],
  ["something like a secret", [["x-a", "sk_live_123456789".repeat(900)]]],
];

/** What is done with a request's head before anything is asked of anybody, and on its way to the upstream. */
function read(headers: HeaderLine[]): void {
  const request = { method: "GET", headers };
  if (screen(request, ORIGIN, options.via) !== null || isAmbiguous(request)) return;
  readPaymentHeader(headers);
  toUpstream(headers, options);
}

test.each(HEADS)("header bomb: 16 KiB of %s cost under 5 ms of CPU (G2)", (_, headers) => {
  expect(cpuOf(() => read([["host", "pay.example"], ...headers]))).toBeLessThan(5_000);
  expect(cpuOf(() => toUpstream(headers.slice(0, 250), options))).toBeLessThan(5_000);
});

test.each(HEADS)("header bomb: 16 KiB of %s from an upstream cost under 5 ms of CPU (G2)", (_, headers) => {
  const { secretHeaders } = options;
  expect(cpuOf(() => toCaller(headers, { secretHeaders, location: null }))).toBeLessThan(5_000);
});

test("more header lines than any client sends are refused before they are looked at (G1)", () => {
  const request = (count: number) => ({
    method: "GET",
    headers: [["host", "pay.example"], ...lines((i) => [`a${i}`, ""], 8)].slice(0, count) as HeaderLine[],
  });
  expect(screen(request(256), ORIGIN, options.via)).toBeNull();
  expect(screen(request(257), ORIGIN, options.via)).toBe("header_too_large");
});

test.each([
  ["percent signs", "%25".repeat(5_000)],
  ["encoded percent signs", "%2525".repeat(3_000)],
  ["layers", `%${"25".repeat(8_000)}2f`],
  ["slashes", "/a".repeat(8_000)],
  ["dots", "/..".repeat(5_000)],
  ["semicolons", ";".repeat(FULL)],
  ["a query of percent signs", `?${"%".repeat(FULL)}`],
])("path bomb: 16 KiB of %s cost under 5 ms of CPU (G2)", (_, tail) => {
  expect(cpuOf(() => parseTarget(`/g/shop/${tail}`))).toBeLessThan(5_000);
});
