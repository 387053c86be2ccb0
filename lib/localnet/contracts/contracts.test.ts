import { readFileSync } from "node:fs";
import { eip3009ABI } from "@x402/evm";
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  concat,
  type Hex,
  parseAbi,
  slice,
} from "viem";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { authorize, mintAddress, Outside } from "@/lib/chain/fixture";
import { LOCAL_TOKEN } from "@/lib/localnet/genesis";
import { artifactPath, CONTRACTS, compile } from "./compile";

const abi = parseAbi([
  "function transfer(address to, uint256 value) returns (bool)",
  "function transferFrom(address from, address to, uint256 value) returns (bool)",
  "function receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
]);

let outside: Outside;
beforeAll(() => {
  outside = new Outside(inject("local").rpcUrl);
});

/** The words a call to the token reverts with; null when it would succeed. */
async function words(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    const revert =
      error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    if (revert instanceof ContractFunctionRevertedError) return revert.reason ?? "";
    throw error;
  }
}

function settle(wish: Awaited<ReturnType<typeof authorize>>, signature: Hex = wish.signature) {
  const { from, to, value, validAfter, validBefore, nonce } = wish;
  const args = [from, to, value, validAfter, validBefore, nonce, signature] as const;
  return words(
    outside.client.simulateContract({
      address: LOCAL_TOKEN,
      abi: eip3009ABI,
      functionName: "transferWithAuthorization",
      args,
      account: mintAddress(),
    }),
  );
}

describe("a compiled contract", () => {
  // The compiler is a large program, and slow on a busy machine.
  it.each(CONTRACTS)("%s is what its source compiles to", { timeout: 120_000 }, (name) => {
    expect(readFileSync(artifactPath(name), "utf8")).toBe(compile(name));
  });
});

describe("the local token refuses in the words of Circle's, which clients and facilitators match on", () => {
  it("an authorization outside its time", async () => {
    const payer = await outside.payer(10_000n);
    const far = BigInt(Math.floor(Date.now() / 1000) + 3_600);
    expect(await settle(await authorize(payer))).toBeNull();
    expect(await settle(await authorize(payer, { validBefore: 1n }))).toBe(
      "FiatTokenV2: authorization is expired",
    );
    expect(await settle(await authorize(payer, { validAfter: far, validBefore: far + 1n }))).toBe(
      "FiatTokenV2: authorization is not yet valid",
    );
  });

  it("a nonce that was used or cancelled", async () => {
    const payer = await outside.payer(10_000n);
    const authorization = await authorize(payer);
    await outside.cancel(payer, authorization);
    expect(await settle(authorization)).toBe("FiatTokenV2: authorization is used or canceled");
  });

  it("a signature that is not the payer's, malformed, or malleable", async () => {
    const payer = await outside.payer(10_000n);
    const [one, other] = [await authorize(payer), await authorize(payer)];
    const { signature } = one;
    const [r, v] = [slice(signature, 0, 32), slice(signature, 64)];
    expect(await settle(one, other.signature)).toBe("FiatTokenV2: invalid signature");
    expect(await settle(one, "0x1234")).toBe("ECRecover: invalid signature length");
    expect(await settle(one, concat([slice(signature, 0, 64), "0x00"]))).toBe(
      "ECRecover: invalid signature 'v' value",
    );
    expect(await settle(one, concat([r, `0x${"ff".repeat(32)}`, v]))).toBe(
      "ECRecover: invalid signature 's' value",
    );
  });

  it("an amount that is not there, a payee that is none, and money nobody allowed", async () => {
    const payer = await outside.payer(9_999n);
    const account = payer.address;
    expect(await settle(await authorize(payer))).toBe("ERC20: transfer amount exceeds balance");
    const transfer = (to: Address) =>
      words(
        outside.client.simulateContract({
          address: LOCAL_TOKEN,
          abi,
          functionName: "transfer",
          args: [to, 1n],
          account,
        }),
      );
    expect(await transfer("0x0000000000000000000000000000000000000000")).toBe(
      "ERC20: transfer to the zero address",
    );
    expect(await transfer(mintAddress())).toBeNull();
    const take = outside.client.simulateContract({
      address: LOCAL_TOKEN,
      abi,
      functionName: "transferFrom",
      args: [account, mintAddress(), 1n],
      account: mintAddress(),
    });
    expect(await words(take)).toBe("ERC20: transfer amount exceeds allowance");
  });

  it("to receive for somebody else", async () => {
    const { from, to, value, validAfter, validBefore, nonce, signature } = await authorize(
      await outside.payer(10_000n),
    );
    const receive = (account: Address) =>
      words(
        outside.client.simulateContract({
          address: LOCAL_TOKEN,
          abi,
          functionName: "receiveWithAuthorization",
          args: [from, to, value, validAfter, validBefore, nonce, signature],
          account,
        }),
      );
    expect(await receive(mintAddress())).toBe("FiatTokenV2: caller must be the payee");
    // The payee may call, but this signature allows a transfer, which is another message.
    expect(await receive(to)).toBe("FiatTokenV2: invalid signature");
  });
});
