import {
  asJson,
  asSigned,
  asText,
  escaped,
  nameOf,
  padded,
  type Rewrite,
  withField,
  withKey,
} from "./rewrite";

/** Other ways to write a payment, which every reader must take for the payment it is. */
export const HARMLESS: Record<string, Rewrite> = {
  "as signed": asText((text) => text),
  "a name in capitals": (payment) => [[nameOf(payment).toUpperCase(), asSigned(payment)]],
  "spaces around it": (payment) => [[nameOf(payment), `  ${asSigned(payment)}\t`]],
  "keys in another order": asJson((json) => Object.fromEntries(Object.entries(json).reverse())),
  "white space in JSON": asText((text) => JSON.stringify(JSON.parse(text), null, 2)),
  "a key with an escape": asText((text) => text.replace('"payload"', escaped("payload"))),
  "a nonce in capitals": withField("nonce", (hex) => hex.toUpperCase()),
  "a payer in small letters": withField("from", (hex) => hex.toLowerCase()),
  "up to 8 KiB": padded((random) => 2_000 + random.below(6_000)),
  "keys nobody knows": withKey((random) => `"unknown${random.hex(4)}"`),
};
