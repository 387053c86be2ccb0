import { encodePaymentSignatureHeader } from "@x402/core/http";
import type { PaymentPayload, PaymentRequirements } from "@x402/core/types";
import { authorizationTypes } from "@x402/evm";
import type { ExactEvmScheme } from "@x402/evm/exact/facilitator";
import type { Address, Hex } from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { beforeAll, describe, expect, inject, it } from "vitest";
import type { Authorization } from "@/lib/chain/chain";
import { type AuthorizationWish, authorize, mintAddress, Outside, openLocal } from "@/lib/chain/fixture";
import { openSdkExact } from "@/lib/chain/sdk-facilitator.fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import type { TokenDomain } from "@/lib/x402/transfer-digest";
import { openJudge, PRICE, sdkAccepts } from "./exact-judge.fixture";
import { flipped, SPOILED, type Wire, withSignature } from "./exact-mutations.fixture";
import { ACCEPTED, DOMAINS, STRICTER, WISHED } from "./exact-wishes.fixture";

const { rpcUrl } = inject("local");
const outside = new Outside(rpcUrl);
const relayerKey = generatePrivateKey();
const chain = openLocal(rpcUrl, { relayerKey });
const payTo = mintAddress();
const { requirements, judge } = openJudge(chain, payTo);
let sdk: ExactEvmScheme;

/** Ways to hold the money: what signs, and where it lies. */
interface Payer {
  from: Address;
  signer: PrivateKeyAccount;
  /** Follows r, s and v. */
  tail?: Hex;
}

/** By their description; opened before the tests. */
const payers: Record<string, Payer> = {};

beforeAll(async () => {
  await outside.giveGas(privateKeyToAccount(relayerKey).address);
  sdk = await openSdkExact(outside);
  const key = async (units = 1_000_000n) => {
    const signer = await outside.payer(units);
    return { from: signer.address, signer };
  };
  const contract = async (temper: Parameters<Outside["become"]>[1], tail?: Hex) => {
    const signer = privateKeyToAccount(generatePrivateKey());
    const from = await outside.contractPayer(signer.address, 1_000_000n);
    if (temper !== "honest") await outside.become(from, temper);
    return { from, signer, tail };
  };
  const delegated = async () => {
    const [own, delegate] = [await key(), await contract("honest")];
    await outside.client.setCode({ address: own.from, bytecode: `0xef0100${delegate.from.slice(2)}` });
    return { from: own.from, own: own.signer, delegate: delegate.signer };
  };
  const account = await delegated();
  Object.assign(payers, {
    "a wallet": await key(),
    "a contract": await contract("honest"),
    "a contract with a longer signature": await contract("honest", "0xc0ffee"),
    "a contract that refuses": await contract("refusing"),
    "a contract that burns gas": await contract("burning"),
    "a delegated wallet by its delegate": { from: account.from, signer: account.delegate },
    "a delegated wallet by its own key": { from: account.from, signer: account.own },
    "a wallet with the exact price": await key(PRICE),
    "a wallet short of one unit": await key(PRICE - 1n),
    "an empty wallet": await key(0n),
  });
}, 60_000);

function toWire({ signature, ...signed }: Authorization): Wire {
  const { from, to, value, validAfter, validBefore, nonce } = signed;
  const numbers = { value: `${value}`, validAfter: `${validAfter}`, validBefore: `${validBefore}` };
  return { signature, authorization: { from, to, nonce, ...numbers } };
}

/** What a payer signs who is asked for the price; `wish` is what they sign instead. */
async function sign(payer: string, wish: AuthorizationWish = {}): Promise<Wire> {
  const { from, signer, tail } = payers[payer] ?? {};
  if (!from || !signer) throw new Error(`There is no payer ${payer}`);
  return toWire(await authorize(signer, { from, to: payTo, value: PRICE, tail, ...wish }));
}

async function signFor(payer: string, domain: Partial<TokenDomain>): Promise<Wire> {
  const wire = await sign(payer);
  const { from, to, value, validAfter, validBefore, nonce } = wire.authorization;
  const { name, version, chainId, address } = {
    chainId: chain.network.chainId,
    ...chain.network.token,
    ...domain,
  };
  const signature = await payers[payer]?.signer.signTypedData({
    domain: { name, version, chainId, verifyingContract: address },
    types: authorizationTypes,
    primaryType: "TransferWithAuthorization",
    message: {
      ...{ from: from as Address, to: to as Address, nonce: nonce as Hex },
      ...{
        value: BigInt(value ?? 0),
        validAfter: BigInt(validAfter ?? 0),
        validBefore: BigInt(validBefore ?? 0),
      },
    },
  });
  return { ...wire, signature: signature ?? "" };
}

const strict = new Set<string>();

/** Fails unless both judge a payment alike, or we are stricter and say why. */
async function compare(what: string, wire: Wire, accepted: Partial<PaymentRequirements> = {}): Promise<void> {
  const { signature, authorization } = wire;
  const payload: PaymentPayload = {
    x402Version: 2,
    accepted: { ...requirements, ...accepted },
    payload: { signature, authorization },
  };
  const header = encodePaymentSignatureHeader(payload);
  const [ours, theirs] = await Promise.all([judge(header), sdkAccepts(sdk, requirements, header)]);
  if (theirs && ours !== null) {
    strict.add(what);
    expect([what, ours]).toEqual([what, STRICTER[what]?.[0]]);
  } else expect([what, ours === null]).toEqual([what, theirs]);
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += 8) await Promise.all(items.slice(at, at + 8).map(work));
}

describe("our scheme exact and the SDK's facilitator judge alike", () => {
  const SIGNERS = [
    "a wallet",
    "a contract",
    "a contract with a longer signature",
    "a delegated wallet by its delegate",
  ];

  it("who can pay and who cannot", async () => {
    for (const payer of Object.keys(payers)) await compare(payer, await sign(payer));
  });

  it.each(SIGNERS)("what was changed after it was signed by %s (A6)", async (payer) => {
    await inTurn(Object.entries(SPOILED), async ([what, spoil]) => compare(what, spoil(await sign(payer))));
  });

  it.each(SIGNERS)("what else is signed by %s", async (payer) => {
    await inTurn(Object.entries(WISHED), async ([what, wish]) => compare(what, await sign(payer, wish())));
    await inTurn(Object.entries(ACCEPTED), async ([what, offer]) => compare(what, await sign(payer), offer));
    await inTurn(Object.entries(DOMAINS), async ([what, domain]) =>
      compare(what, await signFor(payer, domain)),
    );
  });

  // Those of wallets are among the ten thousand that no chain is asked about.
  it("a signature of a contract with one digit wrong, wherever it is", async () => {
    const wire = await sign("a contract with a longer signature");
    const bytes = Array.from({ length: (wire.signature.length - 2) / 2 }, (_, i) => i);
    await inTurn(bytes, (at) =>
      compare(`byte ${at}`, withSignature((signature) => flipped(signature, at))(wire)),
    );
  });

  it.each(["a wallet", "a contract"])("what %s has used or cancelled", async (payer) => {
    const { from, signer } = payers[payer] ?? {};
    if (!from || !signer) throw new Error(`There is no payer ${payer}`);
    const used = await authorize(signer, { from, to: payTo, value: PRICE });
    await outside.send(used.asset, encodeTransfer(used));
    await compare("used", toWire(used));
    if (payer !== "a wallet") return;
    const cancelled = await authorize(signer, { to: payTo, value: PRICE });
    await outside.cancel(signer, cancelled);
    await compare("cancelled", toWire(cancelled));
  });

  it("or we are stricter, for a reason that is listed, and for no other", () => {
    expect([...strict].sort()).toEqual(Object.keys(STRICTER).sort());
  });
});
