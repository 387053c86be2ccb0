import { randomBytes, randomInt } from "node:crypto";
import { encodeFunctionData, encodeFunctionResult, type Hex, multicall3Abi } from "viem";
import { describe, expect, it } from "vitest";
import { decodeAggregate, encodeAggregate } from "./aggregate";

const hex = (bytes: number): Hex => `0x${randomBytes(bytes).toString("hex")}`;

describe("a multicall", () => {
  it.each([0, 1, 2, 50])("of %i calls is written as viem writes it", (count) => {
    const calls = Array.from({ length: count }, () => ({ target: hex(20), data: hex(randomInt(0, 300)) }));
    const args = [calls.map(({ target, data }) => ({ target, allowFailure: true, callData: data }))] as const;
    expect(encodeAggregate(calls)).toBe(
      encodeFunctionData({ abi: multicall3Abi, functionName: "aggregate3", args }),
    );
  });

  it.each([0, 1, 2, 50])("with %i results is read as viem wrote it", (count) => {
    const result = Array.from({ length: count }, (_, index) => ({
      success: index % 3 !== 0,
      returnData: hex(randomInt(0, 100)),
    }));
    const data = encodeFunctionResult({ abi: multicall3Abi, functionName: "aggregate3", result });
    expect(decodeAggregate(data, count)).toEqual(result);
  });

  it("whose answer is cut off, of other calls, or none at all, is an error and no result", () => {
    const result = [{ success: true, returnData: hex(40) }];
    const data = encodeFunctionResult({ abi: multicall3Abi, functionName: "aggregate3", result });
    for (const wrong of ["0x", data.slice(0, -64), data.slice(0, 300), hex(320)] as Hex[]) {
      expect(() => decodeAggregate(wrong, 1)).toThrow();
    }
    expect(() => decodeAggregate(data, 2)).toThrow();
  });
});
