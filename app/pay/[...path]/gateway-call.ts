import { x402Client, x402HTTPClient } from "@x402/core/client";
import type { PaymentRequired, SettleResponse } from "@x402/core/types";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import type { Address } from "viem";
import type { TypedDataToSign, WalletResult } from "@/components/wallet";

/** One way to pay, as the gateway offers it. */
export type Accept = PaymentRequired["accepts"][number];

/** A signed payment as the header that carries it; the same one may be presented any number of times. */
export type PaymentHeader = Record<string, string>;

/** A refusal in words for a person. */
export interface Refusal {
  /** A stable code, or "" when the answer is not the gateway's own. */
  code: string;
  text: string;
  /** Whether the payment that was presented is to be presented again. */
  keepsPayment: boolean;
  /** Whether it is certain that nothing was charged, so that a new payment may be signed as well. */
  uncharged: boolean;
}

/** An answer with its content. */
export interface Delivered {
  content: Blob;
  contentType: string;
  fileName: string;
  /** Null when the call was free. */
  receipt: SettleResponse | null;
}

/** What an unpaid call came to. */
export type Asked =
  | { kind: "price"; required: PaymentRequired; tookMs: number }
  | { kind: "free"; delivered: Delivered }
  | { kind: "refused"; refusal: Refusal };

/** What a paid call came to; `pending` must be presented again, unchanged. */
export type Presented =
  | { kind: "paid"; delivered: Delivered; tookMs: number }
  | { kind: "pending"; retryAfterMs: number }
  | { kind: "refused"; refusal: Refusal };

const http = new x402HTTPClient(new x402Client());

/** Never with cookies: the gateway is the seller's voice, and hears nothing of who is signed in here. */
function call(url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(url, {
    headers: { accept: "application/json, */*;q=0.8", ...headers },
    credentials: "omit",
    cache: "no-store",
    redirect: "manual",
  });
}

const OFFLINE: Refusal = {
  code: "",
  text: "The gateway could not be reached. Check your connection and try again.",
  keepsPayment: true,
  uncharged: false,
};

const WORDS: Record<string, string> = {
  insufficient_funds: "Your wallet does not hold enough for this. Nothing was charged.",
  payment_terms_changed:
    "The seller changed the price meanwhile. Nothing was charged; look at it and pay again.",
  authorization_expired: "Too much time passed after signing. Nothing was charged; sign again.",
  authorization_window_too_short: "Too much time passed after signing. Nothing was charged; sign again.",
  authorization_window_too_long:
    "Your clock is far ahead, or the wallet signed for too long. Nothing was charged; sign again.",
  invalid_signature: "The wallet's signature does not fit this payment. Nothing was charged; sign again.",
  payment_cancelled: "This payment was cancelled from the wallet. Nothing was charged.",
  settlement_reverted: "The network refused the transfer. Nothing was charged; sign again.",
  endpoint_paused: "The seller has paused this. Nothing was charged.",
  no_rule: "There is nothing for sale at this address.",
  not_found: "There is nothing for sale at this address.",
};

async function refusalOf(response: Response): Promise<Refusal> {
  const problem = response.headers.get("content-type")?.includes("problem+json")
    ? ((await response.json().catch(() => null)) as { code?: unknown; detail?: unknown } | null)
    : null;
  if (typeof problem?.code === "string" && typeof problem.detail === "string") {
    return {
      code: problem.code,
      text: WORDS[problem.code] ?? problem.detail,
      keepsPayment: response.status !== 402 && response.status !== 410,
      uncharged: response.status === 402,
    };
  }
  const charged = response.headers.has("payment-response");
  return {
    code: "",
    text: charged
      ? `You paid, and then the seller's server answered ${response.status}. Ask again with the same payment: you are not charged twice.`
      : `The seller's server answered ${response.status}, so you were not charged.`,
    keepsPayment: true,
    uncharged: !charged,
  };
}

function receiptOf(response: Response): SettleResponse | null {
  if (!response.headers.has("payment-response")) return null;
  return http.getPaymentSettleResponse((name) => response.headers.get(name));
}

const EXTENSIONS: Record<string, string> = {
  "application/json": ".json",
  "application/pdf": ".pdf",
  "text/csv": ".csv",
  "text/html": ".html",
  "text/plain": ".txt",
};

/** The name the seller gave, or the last part of the URL with an extension that fits. */
function fileNameOf(response: Response, url: string): string {
  const named = /filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  if (named) return named;
  const last = new URL(url).pathname.split("/").filter(Boolean).at(-1) ?? "answer";
  const type = response.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  return /\.[a-z0-9]+$/i.test(last) ? last : `${last}${EXTENSIONS[type] ?? ""}`;
}

async function deliveredBy(response: Response, url: string): Promise<Delivered> {
  return {
    content: await response.blob(),
    contentType: response.headers.get("content-type") ?? "",
    fileName: fileNameOf(response, url),
    receipt: receiptOf(response),
  };
}

/** Asks for the price, in the browser that will sign, so that what is shown is what is signed. */
export async function askPrice(url: string): Promise<Asked> {
  const from = performance.now();
  try {
    const response = await call(url, {});
    if (response.ok) return { kind: "free", delivered: await deliveredBy(response, url) };
    if (response.status !== 402) return { kind: "refused", refusal: await refusalOf(response) };
    // The header says it all; a body nobody reads would hold its connection open.
    await response.body?.cancel();
    const required = http.getPaymentRequiredResponse((name) => response.headers.get(name));
    return { kind: "price", required, tookMs: Math.round(performance.now() - from) };
  } catch {
    return { kind: "refused", refusal: OFFLINE };
  }
}

/** Signs exactly the offer that is shown; the wallet's refusal comes back in its words. */
export async function signOffer(
  required: PaymentRequired,
  accept: Accept,
  address: Address,
  signTypedData: (data: TypedDataToSign) => Promise<WalletResult<`0x${string}`>>,
): Promise<WalletResult<PaymentHeader>> {
  let reason = "This payment could not be prepared. Reload the page and try again.";
  const signer = {
    address,
    async signTypedData(data: TypedDataToSign) {
      const signed = await signTypedData(data);
      if (signed.ok) return signed.value;
      reason = signed.reason;
      throw new Error(reason);
    },
  };
  const client = new x402Client()
    .register(accept.network, new ExactEvmScheme(signer))
    // The client's limit of $1 guards programs; here a person reads the price and confirms it in the wallet.
    .setSpendControls(false);
  try {
    const payload = await client.createPaymentPayload({ ...required, accepts: [accept] });
    return { ok: true, value: http.encodePaymentSignatureHeader(payload) };
  } catch {
    return { ok: false, reason };
  }
}

/** Presents a signed payment once. */
export async function present(url: string, header: PaymentHeader): Promise<Presented> {
  const from = performance.now();
  try {
    const response = await call(url, header);
    if (response.ok) {
      const delivered = await deliveredBy(response, url);
      return { kind: "paid", delivered, tookMs: Math.round(performance.now() - from) };
    }
    const refusal = await refusalOf(response);
    if (refusal.code === "settlement_pending" || refusal.code === "payment_in_progress") {
      return { kind: "pending", retryAfterMs: Number(response.headers.get("retry-after") ?? "2") * 1_000 };
    }
    return { kind: "refused", refusal };
  } catch {
    const text =
      "The connection broke while you were paying. Ask again with the same payment: you are not charged twice.";
    return { kind: "refused", refusal: { ...OFFLINE, text } };
  }
}
