import { authorizationTypes } from "@x402/evm";
import type { Address, Hex } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import { Outside } from "@/lib/chain/fixture";
import type { Random } from "./random";

/** An endpoint of the campaign's merchant. */
export interface Shop {
  endpointId: string;
  slug: string;
  payTo: Address;
}

const offerV2 = z.looseObject({
  network: z.string(),
  amount: z.string(),
  asset: z.string(),
  payTo: z.string(),
  maxTimeoutSeconds: z.number(),
  extra: z.looseObject({ name: z.string(), version: z.string() }),
});

/** What a 402 of a shop asks for, in both protocol versions. */
export interface Quote {
  v2: z.infer<typeof offerV2>;
  v1Network: string;
}

/** The fields of an EIP-3009 authorization as they are written in a payment header. */
export type AuthorizationText = Record<
  "from" | "to" | "value" | "validAfter" | "validBefore" | "nonce",
  string
>;

/** A payment for one call, signed and ready to be presented any number of times. */
export interface SignedPayment {
  /** Payer and nonce, lower-cased: what the chain accepts once. */
  key: string;
  shop: Shop;
  /** Path and query below the endpoint. */
  target: string;
  quote: Quote;
  authorization: AuthorizationText;
  signature: Hex;
  /** The payment header as a stock client writes it. */
  headers: Record<string, string>;
}

/** Wallets with money. */
export interface Payers {
  /** Every payment that was signed, by its key. */
  signed: ReadonlyMap<string, SignedPayment>;
  /** Signs a payment for `GET target`, by a wallet that chance picks. */
  sign(shop: Shop, target: string): Promise<SignedPayment>;
}

/** The key by which an authorization is known here. */
export function keyOf(payer: string, nonce: string): string {
  return `${payer}:${nonce}`.toLowerCase();
}

/** Writes a payment header of protocol version 1 or 2; what is in the payload is up to the caller. */
export function paymentHeader(
  protocol: 1 | 2,
  quote: Quote,
  payload: Record<string, unknown>,
): Record<string, string> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  if (protocol === 2) return { "PAYMENT-SIGNATURE": encode({ x402Version: 2, accepted: quote.v2, payload }) };
  return { "X-PAYMENT": encode({ x402Version: 1, scheme: "exact", network: quote.v1Network, payload }) };
}

/** Asks for a shop's terms without paying. */
export async function askQuote(gatewayUrl: string): Promise<Quote> {
  const response = await fetch(gatewayUrl);
  const header = response.headers.get("payment-required");
  if (response.status !== 402 || header === null)
    throw new Error(`Asked for its price, ${gatewayUrl} answered ${response.status}`);
  const v2 = z.object({ accepts: z.tuple([offerV2]) }).parse(JSON.parse(atob(header)));
  const v1 = z.object({ accepts: z.tuple([z.object({ network: z.string() })]) });
  const [{ network }] = v1.parse(await response.json()).accepts;
  return { v2: v2.accepts[0], v1Network: network };
}

/** Opens wallets with a fortune each; `quotes` are what shops ask for, by slug. */
export async function openPayers(
  rpcUrl: string,
  random: Random,
  count: number,
  quotes: ReadonlyMap<string, Quote>,
): Promise<Payers> {
  const outside = new Outside(rpcUrl);
  const wallets: PrivateKeyAccount[] = [];
  for (let i = 0; i < count; i++) {
    const wallet = privateKeyToAccount(random.hex(32));
    await outside.mint(wallet.address, 1_000_000_000_000n);
    wallets.push(wallet);
  }
  const signed = new Map<string, SignedPayment>();
  return {
    signed,
    async sign(shop, target) {
      const wallet = wallets[random.below(wallets.length)];
      const quote = quotes.get(shop.slug);
      if (!wallet || !quote)
        throw new Error(`There is no payer, or nobody was asked what ${shop.slug} costs`);
      const { v2 } = quote;
      const message = {
        from: wallet.address,
        to: shop.payTo,
        value: BigInt(v2.amount),
        validAfter: 0n,
        validBefore: BigInt(Math.floor(Date.now() / 1000) + v2.maxTimeoutSeconds),
        nonce: random.hex(32),
      };
      const signature = await wallet.signTypedData({
        domain: {
          name: v2.extra.name,
          version: v2.extra.version,
          chainId: Number(v2.network.split(":")[1]),
          verifyingContract: v2.asset as Address,
        },
        types: authorizationTypes,
        primaryType: "TransferWithAuthorization",
        message,
      });
      const authorization: AuthorizationText = {
        ...message,
        value: String(message.value),
        validAfter: "0",
        validBefore: String(message.validBefore),
      };
      const headers = paymentHeader(random.chance(0.5) ? 1 : 2, quote, { signature, authorization });
      const key = keyOf(wallet.address, message.nonce);
      const payment = { key, shop, target, quote, authorization, signature, headers };
      signed.set(key, payment);
      return payment;
    },
  };
}
