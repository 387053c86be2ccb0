import { ExactEvmScheme } from "@x402/evm/exact/client";
import fc from "fast-check";
import { getAddress, type Hex, recoverAddress, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { exactIdentity, isForOffer, isRespelled, isValidTooLong, windowFault } from "./exact";
import { windowSeconds } from "./exact-offer";
import { readExactPayload } from "./exact-payload";
import { type Offer, toRequirementsV2 } from "./offer";
import { createTransferDigest } from "./transfer-digest";

const payer = privateKeyToAccount(generatePrivateKey());
const offer: Offer = {
  scheme: "exact",
  network: "eip155:84532",
  v1Network: "base-sepolia",
  amount: 10_000n,
  asset: "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
  payTo: "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
  maxTimeoutSeconds: 120,
  extra: { name: "USDC", version: "2" },
};
const token = { chainId: 84_532, address: offer.asset, name: "USDC", version: "2" };

async function sign() {
  const { payload } = await new ExactEvmScheme(payer).createPaymentPayload(2, toRequirementsV2(offer));
  return payload as { signature: `0x${string}`; authorization: Record<string, string> };
}

function read(payload: Record<string, unknown>) {
  const payment = readExactPayload(payload);
  if (payment === null) throw new Error("not an exact payment");
  return payment;
}

describe("an exact payment", () => {
  it("signed by the stock client has the digest that recovers to its payer", async () => {
    const payment = read(await sign());
    const digest = createTransferDigest(token)(payment);
    expect(await recoverAddress({ hash: digest, signature: payment.signature })).toBe(payer.address);
  });

  it("has one identity in every spelling that is accepted (A6)", async () => {
    const payload = await sign();
    const loud = {
      signature: payload.signature.toUpperCase().replace("0X", "0x"),
      authorization: {
        ...payload.authorization,
        from: payload.authorization.from?.toLowerCase(),
        nonce: payload.authorization.nonce?.toUpperCase().replace("0X", "0x"),
      },
    };
    expect(read(loud)).toEqual(read(payload));
    expect(exactIdentity(read(loud), token)).toEqual(exactIdentity(read(payload), token));
  });

  it.each([
    ["value", "0x2710"],
    ["value", " 10000"],
    ["value", "00010000"],
    ["value", "1e4"],
    ["value", "-1"],
    ["value", (1n << 256n).toString()],
    ["validAfter", ""],
    ["validBefore", "1.0"],
    ["nonce", "0x1234"],
    ["to", "0x1234"],
  ])("with %s spelled %j is refused (A6)", async (field, value) => {
    const payload = await sign();
    const altered = { ...payload, authorization: { ...payload.authorization, [field]: value } };
    expect(readExactPayload(altered)).toBeNull();
  });

  it("knows other spellings of a key's signature, and leaves a contract's longer one alone (A6)", async () => {
    const { signature } = read(await sign());
    const v = (byte: string): Hex => `${signature.slice(0, -2)}${byte}` as Hex;
    const highS = `${signature.slice(0, 66)}${"f".repeat(64)}1b` as Hex;
    expect([signature, v("00"), v("01"), highS, v("00c0ffee")].map(isRespelled)).toEqual([
      ...[false, true, true, true, false],
    ]);
  });

  it("has an identity that never changes: rows are found by it", () => {
    const nonce: Hex = `0x${"0123456789abcdef".repeat(4)}`;
    const identity = exactIdentity({ from: offer.payTo, nonce }, token);
    expect(identity.toString("latin1").slice(0, 21)).toBe("\x0ceip155:84532\x07eip3009");
    expect(identity.toString("hex")).toBe(
      [
        ...["0c", "6569703135353a3834353332", "07", "65697033303039"],
        ...["14", offer.asset.slice(2).toLowerCase(), "14", offer.payTo.slice(2).toLowerCase()],
        ...["20", nonce.slice(2)],
      ].join(""),
    );
  });

  it("has its addresses in the spelling of EIP-55, as rows keep them", async () => {
    const payload = await sign();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        const from = toHex(bytes);
        const read = readExactPayload({ ...payload, authorization: { ...payload.authorization, from } });
        expect(read?.from).toBe(getAddress(from));
      }),
    );
  });

  it("is another payment with another nonce, payer, token or network (A5)", async () => {
    const payment = read(await sign());
    const other = read(await sign());
    const identities = [
      exactIdentity(payment, token),
      exactIdentity(other, token),
      exactIdentity({ ...payment, from: offer.payTo }, token),
      exactIdentity(payment, { ...token, address: offer.payTo }),
      exactIdentity(payment, { ...token, chainId: 8453 }),
    ].map((bytes) => bytes.toString("hex"));
    expect(new Set(identities).size).toBe(identities.length);
  });

  it("is for an offer only when network, amount, token and payout address are the offer's", async () => {
    const payment = read(await sign());
    const asset = offer.asset.toLowerCase();
    const accepted = { amount: "10000", asset, payTo: offer.payTo, paymentFlow: null };
    const presented = {
      protocol: 2 as const,
      scheme: "exact",
      network: "eip155:84532",
      accepted,
      payload: {},
      identifier: null,
    };
    expect(isForOffer(presented, payment, offer)).toBe(true);
    expect(isForOffer({ ...presented, network: "eip155:8453" }, payment, offer)).toBe(false);
    expect(isForOffer({ ...presented, accepted: { ...accepted, amount: "9999" } }, payment, offer)).toBe(
      false,
    );
    expect(isForOffer(presented, { ...payment, value: 9_999n }, offer)).toBe(false);
    expect(isForOffer(presented, { ...payment, value: 10_001n }, offer)).toBe(false);
    expect(isForOffer(presented, { ...payment, to: payer.address }, offer)).toBe(false);
    const v1 = { ...presented, protocol: 1 as const, network: "base-sepolia", accepted: null };
    expect(isForOffer(v1, payment, offer)).toBe(true);
    expect(isForOffer(v1, payment, { ...offer, v1Network: null })).toBe(false);
  });

  it("must be valid now and for as long as the call and its settlement may take (D15)", async () => {
    const payment = { ...read(await sign()), validAfter: 1_000n, validBefore: 2_000n };
    const fault = (now: bigint) => windowFault(payment, now, 10_000);
    expect(fault(1_000n)).toBe("authorization_not_yet_valid");
    expect(fault(1_001n)).toBeNull();
    expect(fault(1_960n)).toBeNull();
    expect(fault(1_961n)).toBe("authorization_window_too_short");
    expect(fault(2_000n)).toBe("authorization_expired");
  });

  it("is valid for too long when it outlives what the 402 asks for by more than an hour", async () => {
    const payment = { ...read(await sign()), validBefore: 10_000n };
    const asked = windowSeconds(10_000);
    expect(isValidTooLong(payment, BigInt(10_000 - asked - 3_600), 10_000)).toBe(false);
    expect(isValidTooLong(payment, BigInt(10_000 - asked - 3_601), 10_000)).toBe(true);
  });
});
