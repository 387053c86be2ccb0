import type { SignedPayment } from "@/e2e/campaigns/payers";
import type { Random } from "@/e2e/campaigns/random";

/** A header line as it is sent. */
export type Line = readonly [name: string, value: string];

/** Any JSON. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object, free to be changed. */
export type JsonObject = { [key: string]: Json };

/** Writes a payment's header lines in another way. */
export type Rewrite = (payment: SignedPayment, random: Random) => Line[];

/** The name of the header a stock client would put the payment in. */
export function nameOf({ headers }: SignedPayment): string {
  return Object.keys(headers)[0] ?? "";
}

/** The value of that header. */
export function asSigned({ headers }: SignedPayment): string {
  return Object.values(headers)[0] ?? "";
}

function textOf(payment: SignedPayment): string {
  return Buffer.from(asSigned(payment), "base64").toString();
}

/** Writes the JSON text of the header differently. */
export function asText(rewrite: (text: string, random: Random) => string | Buffer): Rewrite {
  return (payment, random) => {
    const changed = Buffer.from(rewrite(textOf(payment), random));
    return [[nameOf(payment), changed.toString("base64")]];
  };
}

/** Writes the header differently after it was encoded. */
export function asValue(rewrite: (value: string, random: Random) => string): Rewrite {
  return (payment, random) => [[nameOf(payment), rewrite(asSigned(payment), random)]];
}

/** Changes the JSON of the header. */
export function asJson(rewrite: (json: JsonObject, random: Random) => Json): Rewrite {
  return asText((text, random) => JSON.stringify(rewrite(JSON.parse(text), random)));
}

/** Any object inside a value, itself included. */
export function pickObject(json: Json, random: Random): JsonObject {
  const [first = {}, ...rest] = objectsIn(json);
  return random.pick([first, ...rest]);
}

function objectsIn(value: Json): JsonObject[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value, ...inner];
}

/** Any key of an object. */
export function pickKey(object: object, random: Random): string {
  const [first = "", ...rest] = Object.keys(object);
  return random.pick([first, ...rest]);
}

/** The authorization inside a payment. */
export function authorizationIn(json: JsonObject): JsonObject {
  const { payload } = json as { payload: { authorization: JsonObject } };
  return payload.authorization;
}

/** Writes one field of the authorization differently. */
export function withField(field: string, write: (value: string, random: Random) => Json): Rewrite {
  return asJson((json, random) => {
    const authorization = authorizationIn(json);
    authorization[field] = write(String(authorization[field]), random);
    return json;
  });
}

/** Puts a key, quotes included, behind any opening brace of the text. */
export function withKey(key: (random: Random) => string): Rewrite {
  return asText((text, random) => {
    const [first = 0, ...rest] = [...text.matchAll(/\{/g)].map(({ index }) => index);
    const place = random.pick([first, ...rest]) + 1;
    return `${text.slice(0, place)}${key(random)}:1,${text.slice(place)}`;
  });
}

/** Repeats any key of the text in its own object, in the spelling that `write` gives it. */
export function withKeyTwice(write: (key: string) => string): Rewrite {
  return asText((text, random) => {
    const [first, ...rest] = [...text.matchAll(/"(\w+)":/g)];
    if (!first) return "";
    const [whole, key = ""] = random.pick([first, ...rest]);
    return text.replace(whole, `${write(key)}:1,${whole}`);
  });
}

/** A key whose first letter is an escape: the same key to every JSON parser. */
export function escaped(key: string): string {
  return `"\\u${key.charCodeAt(0).toString(16).padStart(4, "0")}${key.slice(1)}"`;
}

/** Makes the header about so long by a note nobody reads. */
export function padded(bytes: (random: Random) => number): Rewrite {
  return (payment, random) => {
    const missing = bytes(random) - asSigned(payment).length;
    const note = "x".repeat(Math.max(0, Math.ceil((missing * 3) / 4)));
    return asJson((json) => ({ ...json, note }))(payment, random);
  };
}
