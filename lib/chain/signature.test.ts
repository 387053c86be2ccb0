import {
  concat,
  encodeDeployData,
  getCreate2Address,
  type Hex,
  numberToHex,
  pad,
  serializeErc6492Signature,
  slice,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { beforeAll, describe, expect, inject, it } from "vitest";
import walletContract from "@/lib/localnet/contracts/ContractWallet.json" with { type: "json" };
import { type Chain, ChainUnavailable } from "./chain";
import { authorize, mintAddress, Outside, openLocal } from "./fixture";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const DEAD_RPC = "http://127.0.0.1:1";

let chain: Chain;
let outside: Outside;
beforeAll(() => {
  const { rpcUrl } = inject("local");
  chain = openLocal(rpcUrl);
  outside = new Outside(rpcUrl);
});

function parts(signature: Hex) {
  return { r: slice(signature, 0, 32), s: slice(signature, 32, 64), v: slice(signature, 64) };
}

describe("the signature of an ordinary wallet", () => {
  const signer = privateKeyToAccount(generatePrivateKey());

  it("is recovered without asking any RPC", async () => {
    const { digest, signature } = await authorize(signer);
    expect(await openLocal(DEAD_RPC).verifySignature(signer.address, digest, signature)).toBe(true);
  });

  it("is refused for another payer, and for another digest", async () => {
    const [{ digest, signature }, other] = [await authorize(signer), await authorize(signer)];
    expect(await chain.verifySignature(mintAddress(), digest, signature)).toBe(false);
    expect(await chain.verifySignature(signer.address, other.digest, signature)).toBe(false);
  });

  it("is refused in its malleable twin (high s), which the token would revert on (A6)", async () => {
    const { digest, signature } = await authorize(signer);
    const { r, s, v } = parts(signature);
    const twin = concat([
      r,
      pad(numberToHex(ORDER - BigInt(s)), { size: 32 }),
      v === "0x1b" ? "0x1c" : "0x1b",
    ]);
    expect(await chain.verifySignature(signer.address, digest, twin)).toBe(false);
  });

  it("is refused with v as 0 or 1, which the token would revert on (A6)", async () => {
    const { digest, signature } = await authorize(signer);
    const { r, s, v } = parts(signature);
    expect(
      await chain.verifySignature(signer.address, digest, concat([r, s, v === "0x1b" ? "0x00" : "0x01"])),
    ).toBe(false);
  });

  it.each<[string, Hex]>([
    ["zeros", pad("0x", { size: 65 })],
    ["no point of the curve", concat([`0x${"ff".repeat(32)}`, pad("0x01"), "0x1b"])],
    ["too short", "0x1234"],
    ["too long", pad("0x1b", { size: 66 })],
  ])("is refused when it is %s", async (_, signature) => {
    const { digest } = await authorize(signer);
    expect(await chain.verifySignature(signer.address, digest, signature)).toBe(false);
  });

  it("is not decided when it is not the payer's own and the chain is silent", async () => {
    const { digest, signature } = await authorize(signer);
    await expect(openLocal(DEAD_RPC).verifySignature(mintAddress(), digest, signature)).rejects.toThrow(
      ChainUnavailable,
    );
  });
});

describe("the signature of a contract wallet (ERC-1271)", () => {
  const owner = privateKeyToAccount(generatePrivateKey());

  it("is what the contract says, whatever its length", async () => {
    const from = await outside.contractPayer(owner.address, 0n);
    const plain = await authorize(owner, { from });
    const long = await authorize(owner, { from, tail: "0xc0ffee" });
    const stranger = await authorize(privateKeyToAccount(generatePrivateKey()), { from });
    expect(await chain.verifySignature(from, plain.digest, plain.signature)).toBe(true);
    expect(await chain.verifySignature(from, long.digest, long.signature)).toBe(true);
    expect(await chain.verifySignature(from, stranger.digest, stranger.signature)).toBe(false);
  });

  it.each(["refusing", "burning"] as const)("is refused by a %s wallet (D17)", async (temper) => {
    const from = await outside.contractPayer(owner.address, 0n);
    await outside.become(from, temper);
    const { digest, signature } = await authorize(owner, { from });
    expect(await chain.verifySignature(from, digest, signature)).toBe(false);
  });

  it("is refused by a contract that knows nothing of signatures", async () => {
    const { digest, signature } = await authorize(owner, { from: chain.network.token.address });
    expect(await chain.verifySignature(chain.network.token.address, digest, signature)).toBe(false);
  });

  it("may be that of an account that acts as a contract (EIP-7702)", async () => {
    const implementation = await outside.contractPayer(owner.address, 0n);
    const account = privateKeyToAccount(generatePrivateKey());
    await outside.client.setCode({
      address: account.address,
      bytecode: concat(["0xef0100", implementation]),
    });
    const ownKey = await authorize(account);
    const delegated = await authorize(owner, { from: account.address });
    expect(await chain.verifySignature(account.address, ownKey.digest, ownKey.signature)).toBe(true);
    expect(await chain.verifySignature(account.address, delegated.digest, delegated.signature)).toBe(true);
  });
});

describe("what a signature may not make us do", () => {
  const FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

  it("is to deploy a wallet by a factory the payer names (ERC-6492), though others would (D18)", async () => {
    const owner = privateKeyToAccount(generatePrivateKey());
    const { abi, bytecode } = walletContract;
    const initCode = encodeDeployData({ abi, bytecode: bytecode as Hex, args: [owner.address] });
    const salt = pad("0x01");
    const from = getCreate2Address({ from: FACTORY, salt, bytecode: initCode });
    await outside.mint(from, 10_000n);
    const { digest, signature } = await authorize(owner, { from });
    const wrapped = serializeErc6492Signature({
      address: FACTORY,
      data: concat([salt, initCode]),
      signature,
    });
    // So that this test fails for the wallet and not for a mistake of its own.
    expect(await outside.client.verifyHash({ address: from, hash: digest, signature: wrapped })).toBe(true);
    expect(await chain.verifySignature(from, digest, wrapped)).toBe(false);
    expect(await outside.client.getCode({ address: from })).toBeUndefined();
  });
});
