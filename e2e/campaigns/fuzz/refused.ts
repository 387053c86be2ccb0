import type { Random } from "@/e2e/campaigns/random";
import {
  asJson,
  asSigned,
  asText,
  asValue,
  authorizationIn,
  escaped,
  nameOf,
  padded,
  type Rewrite,
  withField,
  withKey,
  withKeyTwice,
} from "./rewrite";

const MAX_HEADER_BYTES = 8_192;
const TREACHEROUS = ['"__proto__"', '"constructor"', '"prototype"', '"\\u005f_proto__"'] as const;

function nested(depth: number): string {
  const [open, close] = depth % 2 === 0 ? ['{"a":', "}"] : ["[", "]"];
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}

function manyKeys(count: number): string {
  return Array.from({ length: count }, (_, i) => `"k${i}":0,`).join("");
}

const amounts = (value: string, random: Random) =>
  random.pick([
    ...([`0${value}`, `0x${BigInt(value).toString(16)}`, ` ${value} `, `${value}.0`] as const),
    ...[`+${value}`, `${value}n`, "1e4", Number(value), `${value}\u0000`, [value], `-${value}`],
  ]);

/** Headers that are bombs, ambiguous, or no payment: every reader must refuse them. */
export const REFUSED: Record<string, Rewrite> = {
  "a required part missing": asJson((json, random) => {
    const authorization = authorizationIn(json);
    if (random.chance(0.5)) delete json[random.pick(["x402Version", "payload"])];
    else delete authorization[random.pick(["from", "to", "value", "nonce", "validBefore"])];
    return json;
  }),
  "a key twice": withKeyTwice((key) => `"${key}"`),
  "a key twice, once escaped": withKeyTwice(escaped),
  "a key of the prototype": withKey((random) => random.pick(TREACHEROUS)),
  "a prototype with a payment": asText((text) => `{"__proto__":${text}}`),
  "a nesting bomb": asText((text, random) =>
    text.replace("{", `{"bomb":${nested(9 + random.below(1_000))},`),
  ),
  "a nesting bomb that never closes": asText((_, random) => "[".repeat(10 + random.below(5_000))),
  "more keys than anybody needs": asText((text, random) =>
    text.replace("{", `{${manyKeys(129 + random.below(300))}`),
  ),
  "a huge number": asText((text) => text.replace(/"x402Version":\d/, `"x402Version":${"9".repeat(1_000)}`)),
  "an amount in another spelling": withField("value", amounts),
  "an end beyond 256 bits": withField(
    "validBefore",
    (_, random) => `${2n ** 256n + BigInt(random.below(99))}`,
  ),
  "hex of another length": withField("nonce", (hex, random) =>
    random.pick([hex.slice(0, -1), hex.slice(0, -2), `${hex}00`, hex.slice(2), `${hex}\n`]),
  ),
  "JSON of another kind": asText((text, random) =>
    random.pick([
      `[${text}]`,
      "[]",
      "{}",
      "null",
      "1",
      '""',
      "true",
      text.replace(/"payload":.*/, '"payload":[]}'),
    ]),
  ),
  "JSON that is none": asText((text, random) =>
    random.pick([
      ...([`${text}}`, text.slice(0, -1), `${text}${text}`, `${text}\u0000`, `\ufeff${text}`] as const),
      ...[text.replace("{", "{/**/"), text.replace(/\}$/, ",}"), text.replaceAll('"', "'")],
      ...[text.replace(/:(\d)/, ":0$1"), text.replace(/\d/, "NaN")],
    ]),
  ),
  "another encoding": asText((text, random) => Buffer.from(text, random.pick(["utf16le", "base64", "hex"]))),
  "another alphabet of base64": asValue((value, random) =>
    random.pick([
      ...([`${value.slice(0, -4)}-_-_`, `${value}=`, `=${value}`, value.replace(/(.{76})/, "$1 ")] as const),
      ...[`${value.slice(0, 9)}\t${value.slice(9)}`, `Bearer ${value}`, `"${value}"`, `${value};q=1`],
      ...[encodeURIComponent(`${value}+`), `${value},${value}`],
    ]),
  ),
  "base64 of base64": asValue((value) => Buffer.from(value).toString("base64")),
  "over 8 KiB": padded((random) => MAX_HEADER_BYTES + 64 + random.below(7_000)),
  "over 8 KiB of one letter": asValue((_, random) => "A".repeat(MAX_HEADER_BYTES + 1 + random.below(6_000))),
  "two payments": (payment) => [
    [nameOf(payment), asSigned(payment)],
    [nameOf(payment).toLowerCase(), asSigned(payment)],
  ],
  "a payment of either version": (payment) => [
    ["PAYMENT-SIGNATURE", asSigned(payment)],
    ["x-payment", asSigned(payment)],
  ],
  "in the other version's header": (payment) => [
    [nameOf(payment) === "X-PAYMENT" ? "PAYMENT-SIGNATURE" : "X-PAYMENT", asSigned(payment)],
  ],
  nothing: asValue((_, random) => random.pick(["", "=", "==", "====", "A", "AAAA", "bnVsbA==", "e30="])),
};
