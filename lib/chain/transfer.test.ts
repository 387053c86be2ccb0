import { randomBytes } from "node:crypto";
import { eip3009ABI } from "@x402/evm";
import { encodeFunctionData, getAddress, type Hex, slice } from "viem";
import { describe, expect, it } from "vitest";
import { encodeTransfer } from "./transfer";

const hex = (bytes: number): Hex => `0x${randomBytes(bytes).toString("hex")}`;

describe("a transfer with an authorization", () => {
  it.each(["0x1b", "0x1c"] as const)("is written as viem writes it, signed with v %s", (v) => {
    const [r, s] = [hex(32), hex(32)];
    const [from, to, asset] = [getAddress(hex(20)), getAddress(hex(20)), getAddress(hex(20))];
    const [validAfter, validBefore, nonce] = [0n, 2_000_000_000n, hex(32)];
    const value = BigInt(hex(32));
    const signature: Hex = `${r}${s.slice(2)}${v.slice(2)}`;
    const expected = encodeFunctionData({
      abi: eip3009ABI,
      functionName: "transferWithAuthorization",
      args: [from, to, value, validAfter, validBefore, nonce, Number(v), slice(signature, 0, 32), s],
    });
    const transfer = { asset, from, to, value, validAfter, validBefore };
    expect(encodeTransfer({ ...transfer, nonce, signature })).toBe(expected);
    // Payers may spell their bytes in capitals.
    const upper = (text: Hex): Hex => `0x${text.slice(2).toUpperCase()}`;
    expect(encodeTransfer({ ...transfer, nonce: upper(nonce), signature: upper(signature) })).toBe(expected);
  });
});
