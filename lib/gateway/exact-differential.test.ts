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
import { toRequirementsV2 } from "@/lib/x402/offer";
import { readPaymentHeader } from "@/lib/x402/payment-header";
import { createExactScheme } from "./exact";
import { flipped, SPOILED, type Wire, withSignature } from "./exact-mutations.fixture";

const PRICE = 10_000n;
const UPSTREAM_TIMEOUT_MS = 5_000;
const { rpcUrl } = inject("local");
const outside = new Outside(rpcUrl);
const relayerKey = generatePrivateKey();
const chain = openLocal(rpcUrl, { relayerKey });
const payTo = mintAddress();
const now = () => BigInt(Math.floor(Date.now() / 1000));
const scheme = createExactScheme({
  lowestPrice: () => 0n,
  networks: [chain.network],
  chainOf: () => chain,
  settle: () => Promise.reject(new Error("Nothing is charged here")),
  now,
});
const terms = {
  ...{
    version: 1,
    name: "Test",
    description: "",
    upstream: "https://example.com",
    rules: [],
    secretHeaders: {},
  },
  charge: "after" as const,
  upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS,
  payouts: [{ network: chain.network.id, payTo }],
};
const [offer] = scheme.offers(terms, PRICE);
if (!offer) throw new Error("The scheme offers nothing");
const requirements: PaymentRequirements = toRequirementsV2(offer);
let sdk: ExactEvmScheme;

/** What our gateway makes of a payment before it claims it: a code, or null when it would go to work. */
async function ourVerdict(header: string): Promise<string | null> {
  const presented = readPaymentHeader([["PAYMENT-SIGNATURE", header]]);
  if (!presented.ok) return presented.code;
  if (presented.payment === null) return "payment_required";
  const read = scheme.read(presented.payment);
  if (!read.ok) return read.code;
  if (!offer || !read.payment.isFor(offer)) return "payment_terms_changed";
  return (
    (await read.payment.signatureFault()) ??
    (await read.payment.checkCharge(UPSTREAM_TIMEOUT_MS, false)).fault
  );
}

/** Whether the SDK's facilitator would settle it; what it throws on is no payment to it. */
async function sdkAccepts(payload: PaymentPayload): Promise<boolean> {
  try {
    return (await sdk.verify(payload, requirements)).isValid;
  } catch {
    return false;
  }
}

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

/** What a payer can sign other than what is asked for. */
const WISHED: Record<string, () => AuthorizationWish> = {
  "a value above the price": () => ({ value: PRICE + 1n }),
  "a value below the price": () => ({ value: PRICE - 1n }),
  "a value of zero": () => ({ value: 0n }),
  "another payout address": () => ({ to: mintAddress() }),
  "an end that passed": () => ({ validBefore: now() - 1n }),
  "an end of now": () => ({ validBefore: now() }),
  "an end too soon for the chain": () => ({ validBefore: now() + 3n }),
  "an end too soon for the call": () => ({ validBefore: now() + 30n }),
  "an end late enough for the call": () => ({ validBefore: now() + 90n }),
  "an end in an hour": () => ({ validBefore: now() + 3_600n }),
  "an end in a year": () => ({ validBefore: now() + 31_536_000n }),
  "no end": () => ({ validBefore: (1n << 256n) - 1n }),
  "a beginning long ago": () => ({ validAfter: now() - 600n }),
  "a beginning in an hour": () => ({ validAfter: now() + 3_600n }),
  "no beginning": () => ({ validAfter: (1n << 256n) - 1n }),
};

/** Offers a payment can claim to have accepted, beside ours. */
const ACCEPTED: Record<string, Partial<PaymentRequirements>> = {
  "an offer of another scheme": { scheme: "upto" },
  "an offer on another network": { network: "eip155:8453" },
  "an offer of another amount": { amount: "1" },
  "an offer of another token": { asset: mintAddress() },
  "an offer to another payout address": { payTo: mintAddress() },
};

/** EIP-712 domains a payer can sign for, beside the token's. */
const DOMAINS = {
  "another chain": { chainId: 8453 },
  "another token": { verifyingContract: mintAddress() },
  "another name": { name: "USD Coin" },
  "another version": { version: "1" },
};

async function signFor(
  payer: string,
  domain: Partial<(typeof DOMAINS)[keyof typeof DOMAINS]>,
): Promise<Wire> {
  const wire = await sign(payer);
  const { from, to, value, validAfter, validBefore, nonce } = wire.authorization;
  const { name, version, address: verifyingContract } = chain.network.token;
  const signature = await payers[payer]?.signer.signTypedData({
    domain: { name, version, chainId: chain.network.chainId, verifyingContract, ...domain },
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

const SPELLING = "one value has one spelling, so that one authorization is never two payments (faults A6)";
const LONG = "what was never charged must not be kept for as long as its payer likes";
const OFFERED = "what is accepted must be what is offered, whatever was signed besides";

/** All we refuse of what the SDK accepts, with the code, and why. */
const STRICTER: Record<string, [code: string, because: string]> = {
  "a value in hex": ["invalid_payment_header", SPELLING],
  "a value with zeros before it": ["invalid_payment_header", SPELLING],
  "a value with spaces around it": ["invalid_payment_header", SPELLING],
  "an empty beginning": ["invalid_payment_header", SPELLING],
  "an end too soon for the call": [
    "authorization_window_too_short",
    "the upstream may take its time, and then the money must still be there (faults D15)",
  ],
  "an end in a year": ["authorization_window_too_long", LONG],
  "no end": ["authorization_window_too_long", LONG],
  "an offer of another amount": ["payment_terms_changed", OFFERED],
  "an offer of another token": ["payment_terms_changed", OFFERED],
  "an offer to another payout address": ["payment_terms_changed", OFFERED],
};

const strict = new Set<string>();

/** Fails unless both judge a payment alike, or we are stricter and say why. */
async function compare(what: string, wire: Wire, accepted: Partial<PaymentRequirements> = {}): Promise<void> {
  const { signature, authorization } = wire;
  const payload: PaymentPayload = {
    x402Version: 2,
    accepted: { ...requirements, ...accepted },
    payload: { signature, authorization },
  };
  const [ours, theirs] = await Promise.all([
    ourVerdict(encodePaymentSignatureHeader(payload)),
    sdkAccepts(payload),
  ]);
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

  it.each(["a wallet", "a contract with a longer signature"])(
    "a signature of %s with one digit wrong, wherever it is",
    async (payer) => {
      const wire = await sign(payer);
      const bytes = Array.from({ length: (wire.signature.length - 2) / 2 }, (_, i) => i);
      await inTurn(bytes, (at) =>
        compare(`byte ${at}`, withSignature((signature) => flipped(signature, at))(wire)),
      );
    },
  );

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
