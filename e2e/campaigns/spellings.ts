import { type Hex, hexToBigInt, hexToNumber, numberToHex, slice } from "viem";
import { paymentHeader, type SignedPayment } from "./payers";

/** Another way to write the header of a signed payment, by its name. */
export type Spelling = readonly [name: string, write: (payment: SignedPayment) => Record<string, string>];

type Payload = { signature: string; authorization: Record<string, unknown> };

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const upper = (hex: string) => `0x${hex.slice(2).toUpperCase()}`;

/** The other signature of the same key over the same digest (EIP-2 forbids it): n - s, with v flipped. */
function mirrored(signature: Hex): Hex {
  const s = numberToHex(ORDER - hexToBigInt(slice(signature, 32, 64)), { size: 32 });
  const v = hexToNumber(slice(signature, 64)) === 27 ? "1c" : "1b";
  return `${slice(signature, 0, 32)}${s.slice(2)}${v}`;
}

/** The same signature with v counted from 0. */
function fromZero(signature: Hex): Hex {
  return `${slice(signature, 0, 64)}${hexToNumber(slice(signature, 64)) === 27 ? "00" : "01"}`;
}

/** Writes fields of the authorization, or the signature, in another way. */
function payload(name: string, protocol: 1 | 2, change: (payload: Payload) => unknown): Spelling {
  return [
    name,
    ({ quote, authorization, signature }) =>
      paymentHeader(
        protocol,
        quote,
        Object(change({ signature, authorization: { ...authorization } })) as Record<string, unknown>,
      ),
  ];
}

function field(name: string, key: string, write: (text: string) => unknown): Spelling {
  return payload(name, 2, ({ signature, authorization }) => ({
    signature,
    authorization: { ...authorization, [key]: write(String(authorization[key])) },
  }));
}

function signed(name: string, write: (signature: Hex) => string): Spelling {
  return payload(name, 2, ({ signature, authorization }) => ({
    signature: write(signature as Hex),
    authorization,
  }));
}

/** Rewrites the JSON below the base64, or the base64 itself. */
function text(name: string, write: (json: string) => string): Spelling {
  return [
    name,
    ({ quote, authorization, signature }) => {
      const [[header, value]] = Object.entries(paymentHeader(2, quote, { signature, authorization })) as [
        [string, string],
      ];
      return { [header]: write(Buffer.from(value, "base64").toString()) };
    },
  ];
}

const base64 = (json: string) => Buffer.from(json).toString("base64");

/** All the ways in which one authorization is presented; an SDK's own verification takes most of them (faults A6). */
export const SPELLINGS: readonly [Spelling, ...Spelling[]] = [
  ["as signed", ({ headers }) => headers],
  payload("protocol v1", 1, (same) => same),
  payload("protocol v2", 2, (same) => same),
  field("nonce in upper case", "nonce", upper),
  field("nonce with 0X", "nonce", (nonce) => `0X${nonce.slice(2)}`),
  field("value in hex", "value", (value) => numberToHex(BigInt(value))),
  field("value with spaces", "value", (value) => ` ${value} `),
  field("value with zeros", "value", (value) => `000${value}`),
  field("value with a sign", "value", (value) => `+${value}`),
  field("value as a number", "value", Number),
  field("validAfter empty", "validAfter", () => ""),
  field("validAfter twice zero", "validAfter", () => "00"),
  field("validBefore in hex", "validBefore", (time) => numberToHex(BigInt(time))),
  field("from in lower case", "from", (address) => address.toLowerCase()),
  field("from in upper case", "from", upper),
  field("to in lower case", "to", (address) => address.toLowerCase()),
  signed("signature in upper case", upper),
  signed("signature with high s", mirrored),
  signed("signature with v from 0", fromZero),
  signed("signature in 64 bytes (EIP-2098)", (signature) => {
    const odd = hexToNumber(slice(signature, 64)) === 28;
    const s = hexToBigInt(slice(signature, 32, 64)) | (odd ? 1n << 255n : 0n);
    return `${slice(signature, 0, 32)}${numberToHex(s, { size: 32 }).slice(2)}`;
  }),
  payload("a field more", 2, (same) => ({ ...same, note: "again" })),
  payload("fields in another order", 2, ({ signature, authorization }) => ({
    authorization: Object.fromEntries(Object.entries(authorization).reverse()),
    signature,
  })),
  text("JSON with spaces", (json) => base64(JSON.stringify(JSON.parse(json), null, 2))),
  text("JSON with escapes", (json) => base64(json.replaceAll('"0x', '"\\u0030x'))),
  text("JSON with a key twice", (json) => base64(json.replace('"nonce":', '"nonce":"0x00","nonce":'))),
  text("base64 without padding", (json) => base64(json).replace(/=+$/, "")),
  text("base64url", (json) => Buffer.from(json).toString("base64url")),
  text("base64 with spaces around", (json) => ` ${base64(json)} `),
];
