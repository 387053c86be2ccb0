import { randomInt } from "node:crypto";
import { type Hex, hexToBigInt, numberToHex, slice } from "viem";

/** Order of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Whoever has no part in a payment. */
export const STRANGER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";

/** An authorization and its signature as they stand in a payload, free to be spoiled. */
export interface Wire {
  signature: string;
  authorization: Record<string, string>;
}

/** The signature with another s or v: to a careless recovery the same one. */
function resigned(change: (s: bigint, v: number) => [s: bigint, v: number]) {
  return (signature: string) => {
    const hex = signature as Hex;
    const [s, v] = change(hexToBigInt(slice(hex, 32, 64)), Number(slice(hex, 64, 65)));
    const [sHex, vHex] = [numberToHex(s, { size: 32 }), numberToHex(v, { size: 1 })];
    return `${slice(hex, 0, 32)}${sHex.slice(2)}${vHex.slice(2)}${hex.slice(132)}`;
  };
}

function withField(field: string, change: (text: string) => string) {
  return ({ signature, authorization }: Wire): Wire => ({
    signature,
    authorization: { ...authorization, [field]: change(authorization[field] ?? "") },
  });
}

/** Changes the signature alone. */
export function withSignature(change: (signature: string) => string) {
  return (wire: Wire): Wire => ({ ...wire, signature: change(wire.signature) });
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

function upperCase(hex: string): string {
  return `0x${hex.slice(2).toUpperCase()}`;
}

/** The hex text with one digit of its byte `index` changed. */
export function flipped(hex: string, index: number): string {
  const at = 2 + index * 2;
  return `${hex.slice(0, at)}${hex[at] === "0" ? "1" : "0"}${hex.slice(at + 1)}`;
}

/** What can happen to a payment after it was signed. */
export const SPOILED: Record<string, (wire: Wire) => Wire> = {
  "nothing changed": (wire) => wire,
  "a higher value": withField("value", () => "10001"),
  "a lower value": withField("value", () => "9999"),
  "another payout address": withField("to", () => STRANGER),
  "another payer": withField("from", () => STRANGER),
  "another nonce": withField("nonce", (nonce) => flipped(nonce, 5)),
  "an earlier end": withField("validBefore", (end) => `${BigInt(end) - 1n}`),
  "a later end": withField("validBefore", (end) => `${BigInt(end) + 1n}`),
  "a later beginning": withField("validAfter", () => "1"),
  "a payer in lower case": withField("from", lowerCase),
  "a payout address in lower case": withField("to", lowerCase),
  "a nonce in upper case": withField("nonce", upperCase),
  "a value in hex": withField("value", () => "0x2710"),
  "a value with zeros before it": withField("value", () => "00010000"),
  "a value with spaces around it": withField("value", () => " 10000 "),
  "an empty beginning": withField("validAfter", () => ""),
  "a negative beginning": withField("validAfter", () => "-1"),
  "an end beyond 256 bits": withField("validBefore", () => `${1n << 256n}`),
  "an end with an exponent": withField("validBefore", () => "1e18"),
  "a nonce of 31 bytes": withField("nonce", (nonce) => nonce.slice(0, -2)),
  "a nonce of 33 bytes": withField("nonce", (nonce) => `${nonce}00`),
  "no signature": withSignature(() => "0x"),
  "a signature in upper case": withSignature(upperCase),
  "a signature without its last byte": withSignature((signature) => signature.slice(0, -2)),
  "a byte after the signature": withSignature((signature) => `${signature}00`),
  "a high s": withSignature(resigned((s, v) => [ORDER - s, 55 - v])),
  "a v of 0 or 1": withSignature(resigned((s, v) => [s, v - 27])),
  "the other v": withSignature(resigned((s, v) => [s, 55 - v])),
  "an s of zero": withSignature(resigned((_, v) => [0n, v])),
};

/** One hex digit of a field changed, wherever it is. */
export const SLIPPED: Record<string, (wire: Wire) => Wire> = {
  "a digit of the signature": withSignature((signature) => flipped(signature, randomInt(65))),
  "a digit of the nonce": withField("nonce", (nonce) => flipped(nonce, randomInt(32))),
  "a digit of the payer": withField("from", (from) => flipped(from, randomInt(20))),
  "a digit of the payout address": withField("to", (to) => flipped(to, randomInt(20))),
};

const base64 = (text: string) => Buffer.from(text).toString("base64");
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const beginning = (part: string) => (json: string) => base64(json.replace("{", `{${part},`));

/** Ways to write the JSON of a payment as a header, beside the usual one. */
export const WRITTEN: Record<string, (json: string) => string> = {
  "keys in another order": (json) =>
    base64(JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(json)).reverse()))),
  "white space in JSON": (json) => base64(JSON.stringify(JSON.parse(json), null, 2)),
  "a key with an escape": (json) => base64(json.replace('"payload"', '"p\\u0061yload"')),
  "keys that nobody knows": beginning('"unknown":{"list":[1,null,true]}'),
  "null for what is left out": beginning('"resource":null,"extensions":null'),
  "JSON cut off": (json) => base64(json.slice(0, -1)),
  "something behind JSON": (json) => base64(`${json},`),
  "base64 of base64": (json) => base64(base64(json)),
  "a key twice": (json) => base64(json.replace('"nonce":', '"nonce":"0x00","nonce":')),
  "a key that pollutes": beginning('"__proto__":{}'),
  "nine levels": beginning(`"deep":${nested(8)}`),
  "129 keys": beginning(`"wide":{${Array.from({ length: 129 }, (_, i) => `"k${i}":0`).join()}}`),
  "more than 8 KiB": beginning(`"long":"${"x".repeat(8_000)}"`),
  "base64 without padding": (json) =>
    base64(`${json}${" ".repeat(2 - (Buffer.byteLength(json) % 3))}`).replace(/=+$/, ""),
};
