import { randomBytes, randomInt } from "node:crypto";
import { createRequire } from "node:module";
import type { PaymentPayload } from "@x402/core/types";
import { toHex } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { expect, it } from "vitest";
import { mintAddress } from "@/lib/chain/fixture";
import { openFreeChain, openFreeSdkExact } from "@/lib/chain/free-chain.fixture";
import { createTransferDigest } from "@/lib/x402/transfer-digest";
import { now, openJudge, PRICE, sdkAccepts } from "./exact-judge.fixture";
import { SLIPPED, SPOILED, type Wire, WRITTEN } from "./exact-mutations.fixture";
import { ACCEPTED, DOMAINS, STRICTER, WISHED } from "./exact-wishes.fixture";

const PAYMENTS = 10_000;

/** Signs in a fiftieth of the time that wallets take. */
const signer: {
  ecdsaSign(digest: Uint8Array, key: Uint8Array): { signature: Uint8Array; recid: number };
} = createRequire(import.meta.url)("secp256k1/bindings.js");

const wallets = Array.from({ length: 100 }, () => {
  const key = generatePrivateKey();
  return { key: Buffer.from(key.slice(2), "hex"), address: privateKeyToAddress(key) };
});
/** Each wallet owns two contract wallets as well: the SDK takes 2 ms to recover what a wallet signed. */
const payers = wallets.flatMap(({ key, address }) =>
  [address, mintAddress(), mintAddress()].map((from) => ({ key, owner: address, from })),
);
const contracts = new Map(
  payers.flatMap(({ from, owner }) => (from === owner ? [] : [[from.toLowerCase(), owner]])),
);

const chain = openFreeChain(contracts);
const sdk = openFreeSdkExact(contracts);
const payTo = mintAddress();
const { requirements, judge } = openJudge(chain, payTo);

const SPOILS = { ...SPOILED, ...SLIPPED };
const token = { ...chain.network.token, chainId: chain.network.chainId };
const digestOf = createTransferDigest(token);
const digestsElsewhere = new Map(
  Object.entries(DOMAINS).map(([name, domain]) => [name, createTransferDigest({ ...token, ...domain })]),
);

/** What is done to a payment, by name: at most one thing of each sort. */
interface Fate {
  wish?: string;
  domain?: string;
  spoil?: string;
  accept?: string;
  write?: string;
}

const FATES: Fate[] = [
  {},
  ...Object.keys(WISHED).map((wish) => ({ wish })),
  ...Object.keys(DOMAINS).map((domain) => ({ domain })),
  ...Object.keys(SPOILS).map((spoil) => ({ spoil })),
  ...Object.keys(ACCEPTED).map((accept) => ({ accept })),
  ...Object.keys(WRITTEN).map((write) => ({ write })),
];

function sign({ wish, domain }: Fate): Wire {
  const { key, from } = payers[randomInt(payers.length)] ?? {};
  if (!key || !from) throw new Error("There is no payer");
  const transfer = {
    ...{ from, to: payTo, value: PRICE, validAfter: 0n, validBefore: now() + 600n },
    ...{ nonce: toHex(randomBytes(32)), ...(wish && WISHED[wish]?.()) },
  };
  const digest = ((domain && digestsElsewhere.get(domain)) || digestOf)(transfer);
  const { signature, recid } = signer.ecdsaSign(Buffer.from(digest.slice(2), "hex"), key);
  const { value, validAfter, validBefore, ...rest } = transfer;
  const numbers = { value: `${value}`, validAfter: `${validAfter}`, validBefore: `${validBefore}` };
  return {
    signature: `${toHex(signature)}${(27 + recid).toString(16)}`,
    authorization: { ...rest, ...numbers },
  };
}

function headerFor(fate: Fate): string {
  const signed = sign(fate);
  const { signature, authorization } = (fate.spoil && SPOILS[fate.spoil]?.(signed)) || signed;
  const payload: PaymentPayload = {
    x402Version: 2,
    accepted: { ...requirements, ...(fate.accept && ACCEPTED[fate.accept]) },
    payload: { signature, authorization },
  };
  const json = JSON.stringify(payload);
  return (fate.write && WRITTEN[fate.write]?.(json)) || Buffer.from(json).toString("base64");
}

const NO_TOKENS =
  "no token takes it, though a recovery does: where a transfer is tried, the SDK refuses it too";
const ONE_READING = "what two readers may read differently, or only at great cost, is not read";

/** What is refused here beside what is refused on a real chain. */
const STRICTER_HERE: typeof STRICTER = {
  ...STRICTER,
  "a high s": ["invalid_payment_header", NO_TOKENS],
  "a v of 0 or 1": ["invalid_payment_header", NO_TOKENS],
  "a key twice": ["invalid_payment_header", ONE_READING],
  "a key that pollutes": ["invalid_payment_header", ONE_READING],
  "nine levels": ["invalid_payment_header", ONE_READING],
  "129 keys": ["invalid_payment_header", ONE_READING],
  "more than 8 KiB": ["header_too_large", ONE_READING],
  "base64 without padding": ["invalid_payment_header", ONE_READING],
};

it("ten thousand payments, whole and spoiled, are judged alike by us and by the SDK, or more strictly by us as is listed", async () => {
  const seen = { taken: 0, refused: 0, stricter: new Set<string>() };
  for (let i = 0; i < PAYMENTS; i++) {
    // Everything in turn, and every other time something else besides.
    const besides = i % 2 === 0 ? {} : FATES[randomInt(FATES.length)];
    const fate = { ...besides, ...FATES[(i >> 1) % FATES.length] };
    const header = headerFor(fate);
    const ours = await judge(header);
    const theirs = await sdkAccepts(sdk, requirements, header);
    const names = Object.values(fate);
    const listed = theirs ? names.filter((name) => STRICTER_HERE[name]?.[0] === ours) : [];
    for (const name of listed) seen.stricter.add(name);
    if (theirs !== (ours === null) && listed.length === 0) {
      expect.fail(`${names}: ours is ${ours}, the SDK takes it: ${theirs}; ${header}`);
    }
    if (ours === null) seen.taken++;
    else if (!theirs) seen.refused++;
  }
  expect([...seen.stricter].sort()).toEqual(Object.keys(STRICTER_HERE).sort());
  expect(seen.taken).toBeGreaterThan(PAYMENTS / 20);
  expect(seen.refused).toBeGreaterThan(PAYMENTS / 20);
}, 600_000);
