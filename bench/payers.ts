import { randomBytes } from "node:crypto";
import { decodePaymentRequiredHeader, encodePaymentSignatureHeader } from "@x402/core/http";
import type { PaymentRequired } from "@x402/core/types";
import { authorizationTypes } from "@x402/evm";
import { type Address, toHex } from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import type { Authorization } from "@/lib/chain/chain";
import { Outside } from "@/lib/chain/fixture";

/** A payment as an agent sends it: the header of x402 v2, and what it authorises. */
export interface SignedPayment {
  header: string;
  authorization: Authorization;
}

/** Agents with money, who sign before anything is measured. */
export interface Payers {
  /** Signs as many payments of what a 402 asks, by one payer after the other, with random nonces. */
  sign(terms: PaymentRequired, count: number): Promise<SignedPayment[]>;
}

const FORTUNE = 10n ** 15n;

/** Opens wallets and gives each a fortune of the token. */
export async function openPayers(rpcUrl: string, count: number): Promise<Payers> {
  const outside = new Outside(rpcUrl);
  const agents = Array.from({ length: count }, () => privateKeyToAccount(generatePrivateKey()));
  for (const { address } of agents) await outside.mint(address, FORTUNE);
  return {
    async sign(terms, wanted) {
      const signed: SignedPayment[] = [];
      for (let at = 0; at < wanted; at++) {
        const agent = agents[at % agents.length];
        if (agent) signed.push(await signPayment(agent, terms));
      }
      return signed;
    },
  };
}

/** Asks a URL for its terms without paying. */
export async function askTerms(url: string): Promise<PaymentRequired> {
  const answer = await fetch(url);
  const header = answer.headers.get("payment-required");
  if (answer.status !== 402 || header === null) throw new Error(`${url} answered ${answer.status}`);
  return decodePaymentRequiredHeader(header);
}

/** Signs one payment of what a 402 asks. */
export async function signPayment(agent: PrivateKeyAccount, terms: PaymentRequired): Promise<SignedPayment> {
  const { x402Version, resource } = terms;
  const [accepted] = terms.accepts;
  if (!accepted) throw new Error("Nothing is offered");
  const asset = accepted.asset as Address;
  const message = {
    from: agent.address,
    to: accepted.payTo as Address,
    value: BigInt(accepted.amount),
    validAfter: 0n,
    validBefore: BigInt(Math.floor(Date.now() / 1000) + accepted.maxTimeoutSeconds),
    nonce: toHex(randomBytes(32)),
  };
  const { name, version } = accepted.extra;
  const chainId = Number(accepted.network.split(":")[1]);
  const signature = await agent.signTypedData({
    domain: { name: String(name), version: String(version), chainId, verifyingContract: asset },
    types: authorizationTypes,
    primaryType: "TransferWithAuthorization",
    message,
  });
  const { value, validAfter, validBefore, ...rest } = message;
  const authorization = {
    ...rest,
    value: `${value}`,
    validAfter: `${validAfter}`,
    validBefore: `${validBefore}`,
  };
  const payload = { signature, authorization };
  return {
    header: encodePaymentSignatureHeader({ x402Version, resource, accepted, payload }),
    authorization: { ...message, signature, asset },
  };
}
