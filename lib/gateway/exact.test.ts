import { encodePaymentSignatureHeader } from "@x402/core/http";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { authorize, mintAddress, Outside, openLocal } from "@/lib/chain/fixture";
import { SETTLE_MARGIN_SECONDS, windowSeconds } from "@/lib/x402/exact-offer";
import { toRequirementsV2 } from "@/lib/x402/offer";
import { readPaymentHeader } from "@/lib/x402/payment-header";
import { createExactScheme } from "./exact";

const UPSTREAM_TIMEOUT_MS = 5_000;
const { rpcUrl } = inject("local");
const outside = new Outside(rpcUrl);
const relayerKey = generatePrivateKey();
const chain = openLocal(rpcUrl, { relayerKey });
const payTo = mintAddress();
const terms = {
  ...{ version: 1, name: "", description: "", upstream: "https://api.example", secretHeaders: {} },
  ...{ charge: "after" as const, upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS, rules: [] },
  payouts: [{ network: chain.network.id, payTo }],
};

beforeAll(() => outside.giveGas(privateKeyToAccount(relayerKey).address));

/** The scheme on a machine whose clock is off by this many seconds. */
function schemeWithClockOff(seconds: number) {
  return createExactScheme({
    lowestPrice: () => 0n,
    networks: [chain.network],
    chainOf: () => chain,
    settle: () => Promise.reject(new Error("Nothing is charged here")),
    now: () => BigInt(Math.floor(Date.now() / 1000) + seconds),
  });
}

/** Why a payment that is valid for this long from the head's time on is refused on a machine whose clock is off; null when it is not. */
async function verdict(
  validForSeconds: number,
  clockOffSeconds: number,
  isKnown = false,
): Promise<string | null> {
  const scheme = schemeWithClockOff(clockOffSeconds);
  const [offer] = scheme.offers(terms, 10_000n);
  if (!offer) throw new Error("Nothing was offered");
  const validBefore = (await headTime()) + BigInt(validForSeconds);
  const {
    signature,
    digest: _,
    asset: __,
    ...signed
  } = await authorize(await outside.payer(10_000n), {
    to: payTo,
    validBefore,
  });
  const authorization = Object.fromEntries(
    Object.entries(signed).map(([name, value]) => [name, String(value)]),
  );
  const header = encodePaymentSignatureHeader({
    x402Version: 2,
    accepted: toRequirementsV2(offer),
    payload: { signature, authorization },
  });
  const read = readPaymentHeader([["PAYMENT-SIGNATURE", header]]);
  if (!read.ok || read.payment === null) throw new Error("The header is malformed");
  const payment = scheme.read(read.payment);
  if (!payment.ok) throw new Error(payment.code);
  return (await payment.payment.checkCharge(UPSTREAM_TIMEOUT_MS, isKnown)).fault;
}

/** The head's time, with a block of now at the head. */
async function headTime(): Promise<bigint> {
  await outside.client.mine({ blocks: 1 });
  return (await outside.client.getBlock()).timestamp;
}

describe("the time an authorization must be valid for", () => {
  const needed = UPSTREAM_TIMEOUT_MS / 1_000 + SETTLE_MARGIN_SECONDS;

  it("is the upstream's, and half a minute to settle in; less is refused before the upstream is asked (D15)", async () => {
    expect(needed).toBe(5 + 20 + 10);
    expect(await verdict(needed + 20, 0)).toBeNull();
    expect(await verdict(7, 0)).toBe("authorization_window_too_short");
  });

  it("is at most an hour more than is asked for; what was claimed once is taken whatever its end", async () => {
    expect(await verdict(needed + 60 + 3_000, 0)).toBeNull();
    expect(await verdict(needed + 60 + 7_200, 0)).toBe("authorization_window_too_long");
    expect(await verdict(needed + 60 + 7_200, 0, true)).toBeNull();
  });

  it("is asked for with a minute more, so that a client that signs at once has it left (D15)", async () => {
    const [offer] = schemeWithClockOff(0).offers(terms, 10_000n);
    expect(offer?.maxTimeoutSeconds).toBe(needed + 60);
    expect(windowSeconds(UPSTREAM_TIMEOUT_MS)).toBe(needed + 60);
  });
});

describe("what a payment may not make us send", () => {
  it("is anything but its own transfer: nothing else is offered, and a permit for others to spend is no payment (D18)", () => {
    const scheme = schemeWithClockOff(0);
    const [offer] = scheme.offers(terms, 10_000n);
    if (!offer) throw new Error("Nothing was offered");
    expect(Object.keys(offer.extra)).toEqual(["name", "version"]);
    const header = encodePaymentSignatureHeader({
      x402Version: 2,
      accepted: { ...toRequirementsV2(offer), extra: { ...offer.extra, assetTransferMethod: "permit2" } },
      payload: { signature: `0x${"11".repeat(65)}`, permit2Authorization: { from: payTo, nonce: "1" } },
      extensions: {
        eip2612GasSponsoring: { info: { signature: `0x${"11".repeat(65)}` } },
        erc20ApprovalGasSponsoring: { info: { signedTransaction: "0x02" } },
      },
    });
    const read = readPaymentHeader([["PAYMENT-SIGNATURE", header]]);
    if (!read.ok || read.payment === null) throw new Error("The header is malformed");
    expect(scheme.read(read.payment)).toEqual({ ok: false, code: "invalid_payment_header" });
  });
});

describe("on a machine whose clock is off", () => {
  it("the chain's clock decides where it is ahead: what is expired there is not worked for (D14)", async () => {
    expect(await verdict(-1, -120)).toBe("authorization_expired");
    expect(await verdict(7, -120)).toBe("authorization_window_too_short");
    expect(await verdict(120, -120)).toBeNull();
  });

  it("and ours where that is ahead: too early is a refusal, too late would be a loss (D14)", async () => {
    expect(await verdict(60, 120)).toBe("authorization_expired");
    expect(await verdict(300, 120)).toBeNull();
  });
});
