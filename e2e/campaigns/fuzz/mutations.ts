import type { SignedPayment } from "@/e2e/campaigns/payers";
import type { Random } from "@/e2e/campaigns/random";

/** A header line as it is sent. */
export type Line = readonly [name: string, value: string];

/** What a mutated payment must come to: always refused, always read as the payment it was, or whichever it is. */
export type Fate = "refused" | "read" | "either";

/** One way to spoil a payment header, or to write it in a way that no reader may stumble over. */
export interface Mutation {
  kind: string;
  fate: Fate;
  mutate(payment: SignedPayment, random: Random): Line[];
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MAX_HEADER_BYTES = 8_192;
const ODD: Json[] = [
  ...[null, true, false, 0, -1, 2, 1e308, Number.MIN_VALUE, "", "0", "-0", " ", "null"],
  ...["1e18", "0x2710", "٤٢", "９", "\u0000", "\ud800", "a".repeat(200), "9".repeat(78), "1".repeat(400)],
];
ODD.push([], {}, [[]], [null], [1, 2, 3], { length: 1 }, { toString: 1 }, "exact", "eip155:84532");

function nameOf({ headers }: SignedPayment): string {
  return Object.keys(headers)[0] ?? "";
}

function textOf({ headers }: SignedPayment): string {
  return Buffer.from(Object.values(headers)[0] ?? "", "base64").toString();
}

function jsonOf(payment: SignedPayment): { [key: string]: Json } {
  return JSON.parse(textOf(payment));
}

/** Writes a text as the payment header it came from. */
function asText(mutate: (text: string, random: Random) => string | Buffer) {
  return (payment: SignedPayment, random: Random): Line[] => {
    const changed = Buffer.from(mutate(textOf(payment), random));
    return [[nameOf(payment), changed.toString("base64")]];
  };
}

/** Changes the value of a header after it was encoded. */
function asValue(mutate: (value: string, random: Random) => string) {
  return (payment: SignedPayment, random: Random): Line[] => {
    const value = Buffer.from(textOf(payment)).toString("base64");
    return [[nameOf(payment), mutate(value, random)]];
  };
}

function asJson(mutate: (json: { [key: string]: Json }, random: Random) => Json) {
  return (payment: SignedPayment, random: Random): Line[] =>
    asText(() => JSON.stringify(mutate(jsonOf(payment), random)))(payment, random);
}

/** Every object and array inside a value, itself included. */
function containers(value: Json): (Json[] | { [key: string]: Json })[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(containers)];
}

function pickContainer(json: Json, random: Random): { [key: string]: Json } {
  const [first, ...rest] = containers(json).filter((each) => !Array.isArray(each));
  return random.pick([first ?? {}, ...rest]) as { [key: string]: Json };
}

function pickKey(object: object, random: Random): string {
  const [first = "", ...rest] = Object.keys(object);
  return random.pick([first, ...rest]);
}

/** The authorization inside a payment, free to be spoiled. */
function authorizationOf(json: { [key: string]: Json }): { [key: string]: Json } {
  const { payload } = json as { payload: { authorization: { [key: string]: Json } } };
  return payload.authorization;
}

function withAuthorization(field: string, write: (value: string, random: Random) => Json) {
  return asJson((json, random) => {
    const authorization = authorizationOf(json);
    authorization[field] = write(String(authorization[field]), random);
    return json;
  });
}

/** Puts a text behind a random opening brace: a key where another one of the object may already stand. */
function withKey(key: (random: Random) => string) {
  return asText((text, random) => {
    const at = [...text.matchAll(/\{/g)].map(({ index }) => index);
    const [first = 0, ...rest] = at;
    const place = random.pick([first, ...rest]) + 1;
    return `${text.slice(0, place)}${key(random)}:1,${text.slice(place)}`;
  });
}

/** Repeats a key of the text in its own object, plainly or with its first letter escaped. */
function withKeyTwice(write: (key: string) => string) {
  return asText((text, random) => {
    const keys = [...text.matchAll(/"(\w+)":/g)];
    const [first, ...rest] = keys;
    if (!first) return "";
    const [whole, key = ""] = random.pick([first, ...rest]);
    return text.replace(whole, `${write(key)}:1,${whole}`);
  });
}

function escaped(key: string): string {
  return `"\\u${key.charCodeAt(0).toString(16).padStart(4, "0")}${key.slice(1)}"`;
}

function nested(depth: number): string {
  const open = depth % 2 === 0 ? '{"a":' : "[";
  const close = depth % 2 === 0 ? "}" : "]";
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}

function padded(payment: SignedPayment, toBytes: number): Line[] {
  const [[name, value = ""] = ["", ""]] = Object.entries(payment.headers);
  const filler = Math.max(0, Math.ceil(((toBytes - value.length) * 3) / 4));
  const json = { ...jsonOf(payment), note: "x".repeat(filler) };
  return [[name, Buffer.from(JSON.stringify(json)).toString("base64")]];
}

/** Everything that is done to payment headers; structure-aware, so that most of them come as far as they can. */
export const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  { kind: "as signed", fate: "read", mutate: asText((text) => text) },
  { kind: "a name in capitals", fate: "read", mutate: (p) => [[nameOf(p).toUpperCase(), asSigned(p)]] },
  { kind: "spaces around it", fate: "read", mutate: (p) => [[nameOf(p), `  ${asSigned(p)}\t`]] },
  { kind: "keys in another order", fate: "read", mutate: asJson((json) => reversed(json)) },
  {
    kind: "white space in JSON",
    fate: "read",
    mutate: asText((text) => JSON.stringify(JSON.parse(text), null, 2)),
  },
  {
    kind: "a key with an escape",
    fate: "read",
    mutate: asText((text) => text.replace('"payload"', escaped("payload"))),
  },
  {
    kind: "a nonce in capitals",
    fate: "read",
    mutate: withAuthorization("nonce", (hex) => hex.toUpperCase()),
  },
  {
    kind: "a payer in small letters",
    fate: "read",
    mutate: withAuthorization("from", (hex) => hex.toLowerCase()),
  },
  {
    kind: "up to 8 KiB",
    fate: "read",
    mutate: (p, random) => padded(p, 2_000 + random.below(MAX_HEADER_BYTES - 2_100)),
  },
  { kind: "keys nobody knows", fate: "read", mutate: withKey((random) => `"unknown${random.hex(4)}"`) },

  {
    kind: "a value of another type",
    fate: "either",
    mutate: asJson((json, random) => {
      const object = pickContainer(json, random);
      object[pickKey(object, random)] = ODD[random.below(ODD.length)] ?? null;
      return json;
    }),
  },
  {
    kind: "a part moved elsewhere",
    fate: "either",
    mutate: asJson((json, random) => {
      const [from, to] = [pickContainer(json, random), pickContainer(json, random)];
      to[pickKey(to, random)] = structuredClone(from[pickKey(from, random)] ?? null);
      return json;
    }),
  },
  {
    kind: "characters flipped",
    fate: "either",
    mutate: asText((text, random) => {
      const bytes = Buffer.from(text);
      for (let i = 0; i <= random.below(4); i++) bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
    }),
  },
  {
    kind: "base64 flipped",
    fate: "either",
    mutate: asValue((value, random) => {
      const at = random.below(value.length);
      return `${value.slice(0, at)}${String.fromCharCode(33 + random.below(94))}${value.slice(at + 1)}`;
    }),
  },
  {
    kind: "a number that is 2",
    fate: "either",
    mutate: asText((text, random) =>
      text.replace(
        /"x402Version":(\d)/,
        `"x402Version":${random.pick(["$1.0", "$1e0", "0.$1e1", "$10e-1"])}`,
      ),
    ),
  },
  { kind: "a lone surrogate", fate: "either", mutate: withKey(() => '"\\ud800"') },
  {
    kind: "bytes that are no UTF-8",
    fate: "either",
    mutate: asText((text) =>
      Buffer.concat([
        Buffer.from(text.slice(0, -1)),
        Buffer.from(',"a":"'),
        Buffer.of(0xff, 0xc0, 0x80),
        Buffer.from('"}'),
      ]),
    ),
  },

  {
    kind: "a required part missing",
    fate: "refused",
    mutate: asJson((json, random) => {
      const authorization = authorizationOf(json);
      const object = random.pick([json, authorization]);
      const required =
        object === json ? ["x402Version", "payload"] : ["from", "to", "value", "nonce", "validBefore"];
      delete object[random.pick(required as [string, ...string[]])];
      return json;
    }),
  },
  { kind: "a key twice", fate: "refused", mutate: withKeyTwice((key) => `"${key}"`) },
  { kind: "a key twice, once escaped", fate: "refused", mutate: withKeyTwice(escaped) },
  {
    kind: "__proto__",
    fate: "refused",
    mutate: withKey((random) =>
      random.pick(['"__proto__"', '"constructor"', '"prototype"', '"\\u005f_proto__"']),
    ),
  },
  { kind: "a prototype with a payment", fate: "refused", mutate: asText((text) => `{"__proto__":${text}}`) },
  {
    kind: "a nesting bomb",
    fate: "refused",
    mutate: asText((text, random) => text.replace(/\{/, `{"bomb":${nested(9 + random.below(1_000))},`)),
  },
  {
    kind: "a nesting bomb that never closes",
    fate: "refused",
    mutate: asText((_, random) => "[".repeat(10 + random.below(5_000))),
  },
  {
    kind: "more keys than anybody needs",
    fate: "refused",
    mutate: asText((text, random) =>
      text.replace(
        "{",
        `{${Array.from({ length: 129 + random.below(300) }, (_, i) => `"k${i}":0,`).join("")}`,
      ),
    ),
  },
  {
    kind: "a huge number",
    fate: "refused",
    mutate: asText((text) => text.replace(/"x402Version":\d/, `"x402Version":${"9".repeat(1_000)}`)),
  },
  {
    kind: "an amount in another spelling",
    fate: "refused",
    mutate: withAuthorization("value", (value, random) =>
      random.pick([
        `0${value}`,
        `0x${BigInt(value).toString(16)}`,
        ` ${value} `,
        `${value}.0`,
        `+${value}`,
        `${value}n`,
        "1e4",
        Number(value),
        `${value}\u0000`,
        [value],
        `-${value}`,
      ]),
    ),
  },
  {
    kind: "an end beyond 256 bits",
    fate: "refused",
    mutate: withAuthorization("validBefore", (_, random) => `${(1n << 256n) + BigInt(random.below(1_000))}`),
  },
  {
    kind: "hex of another length",
    fate: "refused",
    mutate: withAuthorization("nonce", (hex, random) =>
      random.pick([hex.slice(0, -1), hex.slice(0, -2), `${hex}00`, hex.slice(2), `${hex}\n`]),
    ),
  },
  {
    kind: "an array for an object",
    fate: "refused",
    mutate: asText((text, random) =>
      random.pick([
        `[${text}]`,
        "[]",
        "{}",
        "null",
        "1",
        '""',
        "true",
        text.replace(/"payload":\{/, '"payload":[{').replace(/\}\}$/, "}]}"),
      ]),
    ),
  },
  {
    kind: "JSON that is none",
    fate: "refused",
    mutate: asText((text, random) =>
      random.pick([
        `${text}}`,
        text.slice(0, -1),
        `${text}${text}`,
        `${text}\u0000`,
        `\ufeff${text}`,
        text.replace("{", "{/**/"),
        text.replace(/\}$/, ",}"),
        text.replaceAll('"', "'"),
        text.replace(/:(\d)/, ":0$1"),
        text.replace(/\d/, "NaN"),
      ]),
    ),
  },
  {
    kind: "another encoding",
    fate: "refused",
    mutate: asText((text, random) => Buffer.from(text, random.pick(["utf16le", "base64", "hex"]))),
  },
  {
    kind: "another alphabet of base64",
    fate: "refused",
    mutate: asValue((value, random) =>
      random.pick([
        `${value.slice(0, -4)}-_-_`,
        `${value}=`,
        `=${value}`,
        value.replace(/(.{76})/, "$1 "),
        `${value.slice(0, 9)}\t${value.slice(9)}`,
        `Bearer ${value}`,
        `"${value}"`,
        encodeURIComponent(`${value}+`),
        `${value},${value}`,
        `${value};q=1`,
      ]),
    ),
  },
  {
    kind: "base64 of base64",
    fate: "refused",
    mutate: asValue((value) => Buffer.from(value).toString("base64")),
  },
  {
    kind: "over 8 KiB",
    fate: "refused",
    mutate: (p, random) => padded(p, MAX_HEADER_BYTES + 64 + random.below(7_000)),
  },
  {
    kind: "over 8 KiB of one letter",
    fate: "refused",
    mutate: (p, random) => [[nameOf(p), "A".repeat(MAX_HEADER_BYTES + 1 + random.below(6_000))]],
  },
  {
    kind: "two payments",
    fate: "refused",
    mutate: (p) => [
      [nameOf(p), asSigned(p)],
      [nameOf(p).toLowerCase(), asSigned(p)],
    ],
  },
  {
    kind: "a payment of either version",
    fate: "refused",
    mutate: (p) => [
      ["PAYMENT-SIGNATURE", asSigned(p)],
      ["x-payment", asSigned(p)],
    ],
  },
  {
    kind: "in the other version's header",
    fate: "refused",
    mutate: (p) => [[nameOf(p) === "X-PAYMENT" ? "PAYMENT-SIGNATURE" : "X-PAYMENT", asSigned(p)]],
  },
  {
    kind: "nothing",
    fate: "refused",
    mutate: (p, random) => [
      [nameOf(p), random.pick(["", "=", "==", "====", "A", "AAAA", "bnVsbA==", "e30="])],
    ],
  },
];

function asSigned({ headers }: SignedPayment): string {
  return Object.values(headers)[0] ?? "";
}

function reversed(json: { [key: string]: Json }): Json {
  return Object.fromEntries(Object.entries(json).reverse());
}
