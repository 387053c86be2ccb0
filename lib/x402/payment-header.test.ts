import { describe, expect, it } from "vitest";
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
});
