import { createRequire } from "node:module";
import fc from "fast-check";
import { type Hex, numberToHex, toHex } from "viem";
import { generatePrivateKey, sign } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as native from "./recovery";

/** Order of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

let pure: typeof native;
beforeAll(async () => {
  // Where the addon's loader looks, there is no binary now, as on a system that none was built for.
  vi.stubEnv("SECP256K1_PREBUILD", import.meta.dirname);
  vi.resetModules();
  const { cache, resolve } = createRequire(import.meta.url);
  delete cache[resolve("secp256k1/bindings.js")];
  pure = await import("./recovery");
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => toHex(array));
const scalar = fc.oneof(
  bytes32,
  fc
    .constantFrom(0n, 1n, ORDER / 2n, ORDER - 1n, ORDER, ORDER + 1n, (1n << 256n) - 1n)
    .map((value) => numberToHex(value, { size: 32 })),
);
const v = fc.constantFrom("1b", "1c");

/** Who is found to have signed, or "nobody". */
async function signer(found: Promise<string>): Promise<string> {
  return found.then(
    (address) => address.toLowerCase(),
    () => "nobody",
  );
}

async function expectAlike(digest: Hex, signature: Hex): Promise<void> {
  const expected = await signer(pure.recoverSigner(digest, signature));
  expect(await signer(native.recoverSigner(digest, signature))).toBe(expected);
}

describe("a digest is signed", () => {
  it("alike by libsecp256k1 and without it, so that replicas make the same transaction of the same transfers", async () => {
    const privateKey = generatePrivateKey();
    await fc.assert(
      fc.asyncProperty(bytes32, async (digest) => {
        const signature = await native.signDigest(digest, privateKey);
        const expected = await pure.signDigest(digest, privateKey);
        expect([signature.r, signature.s, signature.yParity]).toEqual([
          expected.r,
          expected.s,
          expected.yParity,
        ]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("who signed is recovered", () => {
  it("by libsecp256k1 here, and without its addon in JavaScript", () => {
    expect([native.RECOVERS_NATIVELY, pure.RECOVERS_NATIVELY]).toEqual([true, false]);
  });

  it("alike by both, from whatever a wallet signs and each signature's twin", async () => {
    const privateKey = generatePrivateKey();
    await fc.assert(
      fc.asyncProperty(bytes32, async (hash) => {
        const { r, s, yParity = 0 } = await sign({ hash, privateKey });
        const rest = (value: Hex, parity: number) =>
          `${r}${value.slice(2)}${(27 + parity).toString(16)}` as Hex;
        await expectAlike(hash, rest(s, yParity));
        await expectAlike(hash, rest(s, 1 - yParity));
        await expectAlike(hash, rest(numberToHex(ORDER - BigInt(s), { size: 32 }), 1 - yParity));
      }),
      { numRuns: 20 },
    );
  });

  it("alike by both, or by neither, from what nobody signed", async () => {
    await fc.assert(
      fc.asyncProperty(bytes32, scalar, scalar, v, (digest, r, s, v) =>
        expectAlike(digest, `${r}${s.slice(2)}${v}`),
      ),
      { numRuns: 150 },
    );
  });
});
