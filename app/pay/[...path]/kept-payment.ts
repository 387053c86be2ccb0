import type { PaymentHeader } from "./gateway-call";

const key = (url: string) => `farebox-payment ${url}`;

/**
 * The payment signed for this URL in this tab, if there is one: a reload or a lost connection presents it again and
 * never asks for a second signature.
 */
export function keptPayment(url: string): PaymentHeader | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key(url)) ?? "null");
    if (typeof kept !== "object" || kept === null) return null;
    const lines = Object.entries(kept).filter(
      (line): line is [string, string] => typeof line[1] === "string",
    );
    return lines.length > 0 ? Object.fromEntries(lines) : null;
  } catch {
    return null;
  }
}

/** Keeps a signed payment until this tab is closed; null forgets it. */
export function keepPayment(url: string, header: PaymentHeader | null): void {
  try {
    if (header === null) sessionStorage.removeItem(key(url));
    else sessionStorage.setItem(key(url), JSON.stringify(header));
  } catch {
    // A browser that keeps nothing still pays; only a reload could not present the payment again.
  }
}
