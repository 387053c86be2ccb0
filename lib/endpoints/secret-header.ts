import { bad, type Checked, good } from "./checked";

/** Names that HTTP, the payment or the gateway decides about; a merchant's value would break one of them. */
const FORBIDDEN = [
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|via|date|http2-settings)$/,
  /^content-(length|type|encoding|range|md5|digest)$/,
  /^(range|accept-encoding|forwarded|idempotency-key|settlement-overrides)$/,
  /^(if-|proxy-|x-forwarded-|x-real-ip|payment-|x-payment|x-paywall-|x-farebox-|farebox-|sec-|access-control-)/,
];

/** The key under which two spellings are one header: servers fold case, and many read `_` as `-`. */
export function headerKey(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** Checks the name of a secret header (RFC 9110 §5.1). */
export function checkHeaderName(text: string): Checked<string> {
  const name = text.trim();
  if (name === "") return bad("Enter the header's name, such as Authorization.");
  if (name.length > 100) return bad("A header's name has at most 100 characters.");
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    return bad("A header's name is made of letters, digits and hyphens, without spaces or a colon.");
  }
  if (FORBIDDEN.some((pattern) => pattern.test(headerKey(name)))) {
    return bad(`Farebox sets or removes ${name} itself. Use another header for your secret.`);
  }
  return good(name);
}

/** Checks the value of a secret header; a line break would begin another header (response splitting), so none may stand in it. */
export function checkHeaderValue(text: string): Checked<string> {
  const value = text.trim();
  if (value === "") return bad("Enter the header's value.");
  if (value.length > 4_096) return bad("A header's value has at most 4,096 characters.");
  if (!/^[\x20-\x7e]+$/.test(value)) {
    return bad("A header's value is made of plain letters, digits and signs, on one line.");
  }
  return good(value);
}
