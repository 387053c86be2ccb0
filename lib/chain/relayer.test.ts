import { randomBytes } from "node:crypto";
import { encodeFunctionData, erc20Abi, type Hex, parseAbi, parseTransaction, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import oddToken from "@/lib/localnet/contracts/OddUsdc.json" with { type: "json" };
import type { Authorization, Chain, Relayer } from "./chain";
import { ChainUnavailable } from "./chain";
import {
  authorize,
  keptLog,
  mintAddress,
  Outside,
  openLocal,
  type RpcCall,
  serve,
  startOwnChain,
} from "./fixture";
import { encodeTransfer } from "./transfer";

const JSON_BODY = { "content-type": "application/json" };
const DEAD_RPC = "http://127.0.0.1:1";

let chain: Chain;
let relayer: Relayer;
let outside: Outside;

function relayerOf({ submitter }: Chain) {
  if (submitter.kind !== "relayers") throw new Error("The chain has no relayer");
  return submitter.relayers[0];
}

beforeAll(async () => {
  const { rpcUrl } = inject("local");
  chain = openLocal(rpcUrl);
  relayer = relayerOf(chain);
  outside = new Outside(rpcUrl);
  await outside.giveGas(relayer.address);
});

const nextNonce = async () => (await relayer.nextNonces())[0];

async function send(authorization: Authorization) {
  const quote = await relayer.quote(authorization);
  if (!quote.ok) return quote.reason;
  const signed = await relayer.sign([authorization], quote.gas, await nextNonce());
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
    const { raw } = await relayerOf(openLocal(DEAD_RPC)).sign([authorization], gas, 7);
    expect(parseTransaction(raw)).toMatchObject({ chainId: 84532, nonce: 7, ...gas, type: "eip1559" });
  });

  it("is known to make these transfers and no others, in whatever spelling they were presented", async () => {
    const payer = privateKeyToAccount(generatePrivateKey());
    const [one, other] = [await authorize(payer), await authorize(payer)];
    const loud = { ...one, nonce: `0x${one.nonce.slice(2).toUpperCase()}` as Hex };
    const gas = { gas: 90_000n, maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n };
    const [alone, both] = [await relayer.sign([loud], gas, 1), await relayer.sign([loud, other], gas, 2)];
    expect([relayer.makes(alone.raw, [loud]), relayer.makes(both.raw, [loud, other])]).toEqual([true, true]);
    expect(relayer.makes(both.raw, [loud])).toBe(false);
    expect(relayer.makes((await relayer.signBlank(3, gas)).raw, [loud])).toBe(false);
    const fees = { maxFeePerGas: 2n * 10n ** 9n, maxPriorityFeePerGas: 2n };
    const again = await relayer.signAgain(both.raw, [other], fees);
    expect(parseTransaction(again.raw)).toMatchObject({ nonce: 2, gas: 90_000n, ...fees });
    expect(relayer.makes(again.raw, [other])).toBe(true);
  });

  it("may be broadcast again and again, before and after it landed", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    const signed = await send(authorization);
    if (typeof signed === "string") throw new Error(signed);
    await relayer.broadcast(signed.raw);
    expect(await balanceOf(authorization.to)).toBe(10_000n);
  });

  it("counts pending transactions when it names the next account nonce", async () => {
    const before = await nextNonce();
    await send(await authorize(await outside.payer(10_000n)));
    expect(await nextNonce()).toBe(before + 1);
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

  it("but not when our relayer cannot pay its gas: then nothing is signed that would hold up what follows (D20)", async () => {
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

describe("a broadcast whose answer is an error although the node took it (D7)", () => {
  const open: { close(): void }[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) server.close();
  });

  /** An RPC that takes transactions and says that it did not. */
  async function denying(answer: () => ReturnType<Parameters<typeof serve>[0]>) {
    const server = await serve(async (body) => {
      const reply = await fetch(inject("local").rpcUrl, { method: "POST", headers: JSON_BODY, body });
      const { method } = JSON.parse(body) as RpcCall;
      return method === "eth_sendRawTransaction" ? answer() : { body: await reply.text() };
    });
    open.push(server);
    return server.url;
  }
  const error = (message: string) => async () => ({
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: -32000, message } }),
  });

  it.each<[string, () => ReturnType<Parameters<typeof serve>[0]>]>([
    ["that the transaction is known", error("already known")],
    ["that its nonce is too low", error("nonce too low")],
    ["that something went wrong", error("internal error")],
    ["nothing, and hangs up", async () => undefined],
    ["HTTP 502", async () => ({ status: 502, body: "{}" })],
  ])("is a broadcast like any other when it says %s", async (_, answer) => {
    const key = generatePrivateKey();
    await outside.giveGas(privateKeyToAccount(key).address);
    const here = openLocal(await denying(answer), { relayerKey: key });
    const authorization = await authorize(await outside.payer(10_000n));
    const quote = await relayerOf(here).quote(authorization);
    if (!quote.ok) throw new Error(quote.reason);
    const { raw, hash } = await relayerOf(here).sign([authorization], quote.gas, 0);
    await relayerOf(here).broadcast(raw);
    await outside.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    expect(await here.prove(authorization, hash)).toMatchObject({
      outcome: "settled",
      proof: { txHash: hash },
    });
  });
});

describe("what a contract wallet can make us pay (D17)", () => {
  // The row says 300,000 for the whole transaction. Wallets that check passkeys in Solidity take nearly that much for the
  // signature alone, so that is what the check of a signature may take (signature.test.ts), and the transfer around it has
  // room of its own: 500,000 together. What a wallet burned is held against it by the strike list of the ledger.
  it("is capped, whatever its simulation takes, and no more than its simulation took is offered", async () => {
    const owner = privateKeyToAccount(generatePrivateKey());
    const from = await outside.contractPayer(owner.address, 10_000n);
    const { digest, ...authorization } = await authorize(owner, { from });
    expect(await chain.verifySignature(from, digest, authorization.signature)).toBe(true);
    const quote = await relayer.quote(authorization);
    if (!quote.ok) throw new Error(quote.reason);
    expect(quote.gas.gas).toBeLessThan(150_000n);
    // From here on it burns all it is given, which is no more than what was offered.
    await outside.become(from, "burning");
    const { raw, hash } = await relayer.sign([authorization], quote.gas, await nextNonce());
    await relayer.broadcast(raw);
    const receipt = await outside.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    expect(receipt.status).toBe("reverted");
    expect(receipt.gasUsed).toBeLessThanOrEqual(quote.gas.gas);
    expect(await chain.prove(authorization, hash)).toEqual({
      outcome: "failed",
      reason: "settlement_reverted",
    });
    // Its simulation has the cap, too: it is refused and not waited for.
    const again = await authorize(owner, { from });
    expect(await chain.simulate(again)).toMatchObject({ moves: false });
  });
});

describe("a relayer that is short of gas takes no more payments (D20)", () => {
  it("below what 200 settlements may take, though it could pay for this one", async () => {
    const key = generatePrivateKey();
    const { address } = privateKeyToAccount(key);
    const authorization = await authorize(await outside.payer(10_000n));
    await outside.client.setBalance({ address, value: 10n ** 18n * 10n });
    const { relayers } = await openLocal(inject("local").rpcUrl, { relayerKey: key }).health();
    const gas = relayers[0]?.gas ?? null;
    if (gas === null) throw new Error("Nobody knows how much gas is left");
    expect(gas.settlements).toBeGreaterThan(200n);
    await outside.client.setBalance({ address, value: gas.needed / 4n });
    const poor = openLocal(inject("local").rpcUrl, { relayerKey: key });
    expect(await relayerOf(poor).quote(authorization)).toMatchObject({ ok: true });
    await expect(poor.simulate(authorization)).rejects.toThrow(ChainUnavailable);
    expect(await poor.faults()).toEqual([expect.stringMatching(/200 settlements may take/)]);
  });
});

describe("a token with the oddities of some (D16)", () => {
  it("is paid exactly or not at all, and a nonce it passes over in silence is seen to be used", async () => {
    const own = await startOwnChain();
    onTestFinished(() => own.stop());
    const here = new Outside(own.rpcUrl);
    const odd = openLocal(own.rpcUrl);
    await here.giveGas(relayerOf(odd).address);
    await here.client.setCode({
      address: odd.network.token.address,
      bytecode: oddToken.deployedBytecode as Hex,
    });
    const payer = await here.payer(20_000n);
    const authorization = await authorize(payer);
    const quote = await relayerOf(odd).quote(authorization);
    if (!quote.ok) throw new Error(quote.reason);
    const { raw, hash } = await relayerOf(odd).sign([authorization], quote.gas, 0);
    await relayerOf(odd).broadcast(raw);
    await here.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    // A hundredth was lost on the way, so this is not the payment that was asked for.
    expect(await odd.prove(authorization, hash)).toMatchObject({ outcome: "failed" });
    expect(await odd.simulate(authorization)).toMatchObject({ moves: true, nonceUsed: true });
    expect(await relayerOf(odd).quote(authorization)).toEqual({ ok: false, reason: "payment_cancelled" });
  });

  it("is told from one that has blocked an address, which it pays no more", async () => {
    const blocked = mintAddress();
    expect(await chain.isBlocked(blocked)).toBe(false);
    const block = parseAbi(["function blacklist(address account)"]);
    const data = encodeFunctionData({ abi: block, functionName: "blacklist", args: [blocked] });
    await outside.send(chain.network.token.address, data);
    expect(await chain.isBlocked(blocked)).toBe(true);
    expect(await chain.isBlocked(mintAddress())).toBe(false);
    const authorization = await authorize(await outside.payer(10_000n), { to: blocked });
    expect(await chain.simulate(authorization)).toMatchObject({ moves: false });
  });
});
