import { describe, expect, it } from "vitest";
import { cpuOf } from "./cpu.fixture";
import { readPaymentHeader } from "./payment-header";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
const accepted = { scheme: "exact", network: "eip155:84532", amount: "1", asset: "0x1", payTo: "0x2" };
const v2 = { x402Version: 2, accepted, payload: { any: "thing" } };
const v1 = { x402Version: 1, scheme: "exact", network: "base-sepolia", payload: {} };

describe("a payment header", () => {
  it("is read in v2 and in v1, under any spelling of its name", () => {
    expect(readPaymentHeader([["Payment-Signature", encode(v2)]])).toMatchObject({
      ok: true,
      payment: { protocol: 2, scheme: "exact", network: "eip155:84532" },
    });
    expect(readPaymentHeader([["X-PAYMENT", encode(v1)]])).toMatchObject({
      ok: true,
      payment: { protocol: 1, network: "base-sepolia", accepted: null },
    });
  });

  it("is absent when there is none", () => {
    expect(readPaymentHeader([["Accept", "*/*"]])).toEqual({ ok: true, payment: null });
  });

  it("is ambiguous when there are two, of one version or of both (G5)", () => {
    const lines = [["PAYMENT-SIGNATURE", encode(v2)] as const, ["x-payment", encode(v1)] as const];
    for (const pair of [lines, [lines[0], lines[0]], [lines[1], lines[1]]]) {
      expect(readPaymentHeader(pair.filter((line) => line !== undefined))).toEqual({
        ok: false,
        code: "ambiguous_payment_header",
      });
    }
  });

  it.each([
    ["junk", "§§§"],
    ["base64url", `${encode(v2).slice(0, -1)}_`],
    ["no base64 length", `${encode(v2)}A`],
    [
      "bits below its last byte",
      Buffer.from(JSON.stringify(v2).padEnd(200)).toString("base64").replace(/.=$/, "B="),
    ],
    ["white space inside", encode(v2).replace(/.{8}/, "$& ")],
    ["null", encode(null)],
    ["a number", encode(1)],
    ["an array", encode([])],
    ["an empty object", encode({})],
    ["a payload that is null", encode({ ...v2, payload: null })],
    ["an unknown version", encode({ ...v2, x402Version: 3 })],
    ["v1 in the v2 header", encode(v1)],
    ["JSON cut off", Buffer.from('{"x402Version":2').toString("base64")],
  ])("of %s is refused with a fixed text (G3)", (_, value) => {
    expect(readPaymentHeader([["PAYMENT-SIGNATURE", value]])).toEqual({
      ok: false,
      code: "invalid_payment_header",
    });
  });

  it("nested like a JSON bomb is refused before it is walked (G2)", () => {
    const bomb = Buffer.from(`{"x402Version":2,"payload":${"[".repeat(2_000)}${"]".repeat(2_000)}}`);
    expect(readPaymentHeader([["PAYMENT-SIGNATURE", bomb.toString("base64")]])).toEqual({
      ok: false,
      code: "invalid_payment_header",
    });
  });

  it("may hold brackets inside strings", () => {
    const payload = { note: '[[[[[[[[[[{{{{{{ \\" [[[' };
    expect(readPaymentHeader([["PAYMENT-SIGNATURE", encode({ ...v2, payload })]])).toMatchObject({
      ok: true,
    });
  });

  it("over 8 KiB is refused before it is decoded (G1)", () => {
    expect(readPaymentHeader([["PAYMENT-SIGNATURE", "A".repeat(8_193)]])).toEqual({
      ok: false,
      code: "header_too_large",
    });
  });

  /** What 8 KiB of header can hold to keep its reader busy; the last ones are longer, and refused for it. */
  const BOMBS: [string, string][] = [
    ["nesting", `{"a":${"[".repeat(3_000)}${"]".repeat(3_000)}}`],
    ["nesting that stays open", "[".repeat(6_000)],
    ["keys", `{${Array.from({ length: 900 }, (_, i) => `"${i}":0`).join()}}`],
    [
      "keys within the limits",
      JSON.stringify({
        ...v2,
        payload: Object.fromEntries(
          Array(90)
            .fill(0)
            .map((_, i) => [`__proto_${i}`, "x".repeat(40)]),
        ),
      }),
    ],
    ["one key again and again", `{${'"a":{},'.repeat(120)}"b":0}`],
    ["escapes", `{"a":"${"\\u0061".repeat(900)}"}`],
    ["quotes", `{"a":"${'\\"'.repeat(2_900)}"}`],
    ["a long number", `{"a":${"9".repeat(5_900)}}`],
    ["a number with an exponent", `{"a":1e${"9".repeat(5_900)}}`],
    ["an array of numbers", `[${"0,".repeat(2_900)}0]`],
    [
      "a long identifier",
      JSON.stringify({ ...v2, extensions: { "payment-identifier": { info: { id: "a-".repeat(2_500) } } } }),
    ],
    ["15 KiB of nesting", `{"x402Version":2,"payload":${'{"a":'.repeat(1_800)}1${"}".repeat(1_800)}}`],
  ];

  it.each(BOMBS)("that is a bomb of %s costs under 5 ms of CPU (G2)", (_, text) => {
    const line = ["PAYMENT-SIGNATURE", Buffer.from(text).toString("base64")] as const;
    expect(cpuOf(() => readPaymentHeader([line]))).toBeLessThan(5_000);
  });

  it("names its payment where its client does, and is refused where that is no name (A12)", () => {
    const named = (info: unknown) => ({ ...v2, extensions: { "payment-identifier": { info, schema: {} } } });
    const identifierOf = (value: unknown) => {
      const read = readPaymentHeader([["PAYMENT-SIGNATURE", encode(value)]]);
      return read.ok ? read.payment?.identifier : read.code;
    };
    expect(identifierOf(v2)).toBeNull();
    // A client that knows nothing of it echoes what the 402 said.
    expect(identifierOf(named({ required: false }))).toBeNull();
    expect(identifierOf(named({ required: false, id: "pay_0123456789-abc" }))).toBe("pay_0123456789-abc");
    for (const id of ["short", "x".repeat(129), "pay 0123456789 abc", 7, null, {}]) {
      expect([id, identifierOf(named({ required: false, id }))]).toEqual([id, "invalid_payment_header"]);
    }
    expect(identifierOf({ ...v2, extensions: { "payment-identifier": "pay_0123456789-abc" } })).toBe(
      "invalid_payment_header",
    );
  });
});
