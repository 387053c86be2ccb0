import { exactIdentity, isForOffer, isRespelled, isValidTooLong, windowFault } from "@/lib/x402/exact";
import { exactOffer } from "@/lib/x402/exact-offer";
import { readExactPayload } from "@/lib/x402/exact-payload";
import type { Offer } from "@/lib/x402/offer";
import type { ReasonCode } from "@/lib/x402/reasons";
import { createTransferDigest } from "@/lib/x402/transfer-digest";
import type { Charge, ClaimedPayment, ExactChain, QuotedNetwork } from "./ports";
import type { ChargeCheck, Scheme } from "./scheme";

/** What the exact scheme is made of. */
export interface ExactParts {
  networks: readonly QuotedNetwork[];
  chainOf(network: string): ExactChain;
  settle(payment: ClaimedPayment): Promise<Charge>;
  /** Unix seconds. */
  now(): bigint;
  /** Micro-dollars below which a price would not cover its gas on a network. */
  lowestPrice(network: string): bigint;
}

function faulty(fault: ReasonCode): ChargeCheck {
  return { fault, funds: null };
}

/** Scheme `exact` over EIP-3009: the payer signs one transfer of the full price, and we send it (specs/schemes/exact). */
export function createExactScheme({ networks, chainOf, settle, now, lowestPrice }: ExactParts): Scheme {
  const tokens = networks.map((network) => {
    const token = { ...network.token, chainId: network.chainId };
    return { network, token, digestOf: createTransferDigest(token) };
  });
  return {
    name: "exact",

    offers(terms, priceMicroUsd) {
      return terms.payouts.flatMap((payout): Offer[] => {
        const network = networks.find(({ id }) => id === payout.network);
        if (network === undefined || priceMicroUsd < lowestPrice(network.id)) return [];
        const { charge, upstreamTimeoutMs } = terms;
        return [exactOffer(network, { payTo: payout.payTo, priceMicroUsd, charge, upstreamTimeoutMs })];
      });
    },

    read(presented) {
      const payment = readExactPayload(presented.payload);
      if (payment === null) return { ok: false, code: "invalid_payment_header" };
      const found = tokens.find(
        ({ network }) => presented.network === (presented.protocol === 1 ? network.v1Name : network.id),
      );
      if (found === undefined) return { ok: false, code: "payment_terms_changed" };
      const { network, token } = found;
      const digest = found.digestOf(payment);
      const { from, to, value, validAfter, validBefore, nonce, signature } = payment;
      return {
        ok: true,
        payment: {
          identity: exactIdentity(payment, token),
          digest: Buffer.from(digest.slice(2), "hex"),
          signature,
          network: network.id,
          asset: token.address,
          payer: from,
          payTo: to,
          amount: value,
          authorization: {
            from,
            to,
            value: value.toString(),
            validAfter: validAfter.toString(),
            validBefore: validBefore.toString(),
            nonce,
            signature,
          },
          validBefore,
          isFor: (offer) => isForOffer(presented, payment, offer),
          async signatureFault() {
            const valid = await chainOf(network.id).verifySignature(from, digest, signature);
            if (valid) return null;
            // Who is told to sign again for another spelling of a payment that counts would pay twice (faults A6).
            return isRespelled(signature) ? "invalid_payment_header" : "invalid_signature";
          },
          async checkCharge(upstreamTimeoutMs, isKnown) {
            const early = windowFault(payment, now(), upstreamTimeoutMs);
            if (early !== null) return faulty(early);
            // What was taken once stays good, whatever this replica's clock or limit says.
            if (!isKnown && isValidTooLong(payment, now(), upstreamTimeoutMs)) {
              return faulty("authorization_window_too_long");
            }
            const state = await chainOf(network.id).simulate({ ...payment, asset: token.address });
            // The chain's clock decides where it is ahead of ours (faults D14).
            const late =
              state.headTime > now() ? windowFault(payment, state.headTime, upstreamTimeoutMs) : null;
            if (late !== null) return faulty(late);
            if (state.nonceUsed) return faulty("payment_cancelled");
            if (state.balance < value) return faulty("insufficient_funds");
            // Where the head's clock is still before validAfter, its time has come by ours, and nothing could be tried.
            if (!state.moves && state.headTime > validAfter) return faulty("settlement_reverted");
            const readAt = new Date(Number(state.headTime) * 1000);
            return { fault: null, funds: { units: state.balance, readAt } };
          },
          async arrived() {
            const proof = await chainOf(network.id).prove({ ...payment, asset: token.address }, null);
            return proof.outcome === "settled";
          },
        },
      };
    },

    charge: settle,
  };
}
