import { authorizationTypes } from "@x402/evm";
import fc from "fast-check";
import { hashTypedData } from "viem";
import { expect, it } from "vitest";
import { createTransferDigest } from "./transfer-digest";

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((array): `0x${string}` => `0x${Buffer.from(array).toString("hex")}`);
const uint256 = fc.oneof(fc.constantFrom(0n, 1n, (1n << 256n) - 1n), fc.bigInt(0n, (1n << 256n) - 1n));
const token = fc.record({
  chainId: fc.integer({ min: 1, max: 2 ** 48 }),
  address: hex(20),
  name: fc.string({ unit: "grapheme" }),
  version: fc.string(),
});
const transfer = fc.record({
  from: hex(20),
  to: hex(20),
  value: uint256,
  validAfter: uint256,
  validBefore: uint256,
  nonce: hex(32),
});

it("a transfer is digested as any wallet digests its typed data, whatever it and its token say", () => {
  fc.assert(
    fc.property(token, fc.array(transfer, { minLength: 1, maxLength: 3 }), (token, transfers) => {
      const { name, version, chainId, address: verifyingContract } = token;
      const digestOf = createTransferDigest(token);
      for (const message of transfers) {
        const typed = {
          domain: { name, version, chainId, verifyingContract },
          types: authorizationTypes,
          primaryType: "TransferWithAuthorization" as const,
          message,
        };
        expect(digestOf(message)).toBe(hashTypedData(typed));
      }
    }),
    { numRuns: 300 },
  );
});
