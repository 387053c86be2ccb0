import { randomBytes } from "node:crypto";
import { erc20Abi, parseTransaction, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { beforeAll, describe, expect, inject, it } from "vitest";
import type { Authorization, Chain, Submitter } from "./chain";
import { ChainUnavailable } from "./chain";
import { authorize, keptLog, Outside, openLocal } from "./fixture";
import { encodeTransfer } from "./transfer";

const DEAD_RPC = "http://127.0.0.1:1";

let chain: Chain;
let relayer: Extract<Submitter, { kind: "relayer" }>;
let outside: Outside;

function relayerOf({ submitter }: Chain) {
  if (submitter.kind !== "relayer") throw new Error("The chain has no relayer");
  return submitter;
}

beforeAll(async () => {
  const { rpcUrl } = inject("local");
  chain = openLocal(rpcUrl);
  relayer = relayerOf(chain);
  outside = new Outside(rpcUrl);
  await outside.giveGas(relayer.address);
});

async function send(authorization: Authorization) {
  const quote = await relayer.quote(authorization);
  if (!quote.ok) return quote.reason;
  const signed = await relayer.sign(authorization, quote.gas, await relayer.nextNonce());
  await relayer.broadcast(signed.raw);
  await outside.client.waitForTransactionReceipt({ hash: signed.hash, pollingInterval: 20 });
  return signed;
}

function balanceOf(address: `0x${string}`) {
  const token = chain.network.token.address;
  return outside.client.readContract({
    address: token,
    abi: erc20Abi,
    functionName: "balanceOf",
    args: [address],
  });
}

describe("a relayed transfer", () => {
  it("moves the money of an ordinary wallet, under the hash that was known before it was sent", async () => {
    const payer = await outside.payer(10_000n);
    const authorization = await authorize(payer);
    expect(await send(authorization)).toHaveProperty("hash");
    expect(await balanceOf(authorization.to)).toBe(10_000n);
    expect(await balanceOf(payer.address)).toBe(0n);
  });

  it.each(["0x", "0xc0ffee"] as const)(
    "moves the money of a contract wallet (signature tail %s)",
    async (tail) => {
      const owner = privateKeyToAccount(generatePrivateKey());
      const from = await outside.contractPayer(owner.address, 10_000n);
      const authorization = await authorize(owner, { from, tail });
      expect(await send(authorization)).toHaveProperty("hash");
      expect(await balanceOf(authorization.to)).toBe(10_000n);
    },
  );

  it("is signed without asking the chain, so that it can run inside a database transaction", async () => {
    const payer = await outside.payer(10_000n);
    const authorization = await authorize(payer);
    const gas = { gas: 90_000n, maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n };
    const { raw } = await relayerOf(openLocal(DEAD_RPC)).sign(authorization, gas, 7);
    expect(parseTransaction(raw)).toMatchObject({ chainId: 84532, nonce: 7, ...gas, type: "eip1559" });
  });

  it("may be broadcast again and again, before and after it landed", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    const signed = await send(authorization);
    if (typeof signed === "string") throw new Error(signed);
    await relayer.broadcast(signed.raw);
    expect(await balanceOf(authorization.to)).toBe(10_000n);
  });

  it("counts pending transactions when it names the next account nonce", async () => {
    const before = await relayer.nextNonce();
    await send(await authorize(await outside.payer(10_000n)));
    expect(await relayer.nextNonce()).toBe(before + 1);
  });

  it("does not throw from a broadcast when no RPC answers: its outcome is for the proof to tell", async () => {
    const log = keptLog();
    const cut = relayerOf(openLocal(`${DEAD_RPC}/secret-key`, { relayerKey: generatePrivateKey() }, log));
    await cut.broadcast(toHex(randomBytes(100)));
    expect(log.lines.map(({ event }) => event)).toContain("broadcast_unconfirmed");
  });
});

describe("a transfer that cannot happen is refused before it costs gas", () => {
  it("when the payer holds less than the price", async () => {
    expect(await send(await authorize(await outside.payer(9_999n)))).toBe("insufficient_funds");
  });

  it("when its nonce is used", async () => {
    const authorization = await authorize(await outside.payer(20_000n));
    await outside.send(authorization.asset, encodeTransfer(authorization));
    expect(await send(authorization)).toBe("payment_cancelled");
  });

  it("when it was cancelled", async () => {
    const payer = await outside.payer(10_000n);
    const authorization = await authorize(payer);
    await outside.cancel(payer, authorization);
    expect(await send(authorization)).toBe("payment_cancelled");
  });

  it("when it has expired", async () => {
    const authorization = await authorize(await outside.payer(10_000n), { validBefore: 1_700_000_000n });
    expect(await send(authorization)).toBe("authorization_expired");
  });

  it("when somebody else signed it", async () => {
    const payer = await outside.payer(10_000n);
    const thief = privateKeyToAccount(generatePrivateKey());
    expect(await send(await authorize(thief, { from: payer.address }))).toBe("settlement_reverted");
  });

  it.each(["refusing", "burning"] as const)(
    "when its contract wallet turned %s after it was verified",
    async (temper) => {
      const owner = privateKeyToAccount(generatePrivateKey());
      const from = await outside.contractPayer(owner.address, 10_000n);
      const authorization = await authorize(owner, { from });
      await outside.become(from, temper);
      expect(await send(authorization)).toBe("settlement_reverted");
    },
  );

  it("but not when the head's clock is before validAfter: a block later it may succeed", async () => {
    const head = await outside.client.getBlock();
    const early = { validAfter: head.timestamp + 3_000n, validBefore: head.timestamp + 6_000n };
    const authorization = await authorize(await outside.payer(10_000n), early);
    await expect(relayer.quote(authorization)).rejects.toThrow(ChainUnavailable);
  });

  it("but not when our relayer cannot pay its gas: then nothing is signed that would hold up what follows", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    await expect(relayerOf(openLocal(inject("local").rpcUrl)).quote(authorization)).rejects.toThrow(
      ChainUnavailable,
    );
  });

  it("but not when the chain is silent: then nothing is known of it", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    await expect(relayerOf(openLocal(DEAD_RPC)).quote(authorization)).rejects.toThrow(ChainUnavailable);
  });
});
