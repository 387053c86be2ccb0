import { asJson, asText, asValue, type Json, pickKey, pickObject, type Rewrite, withKey } from "./rewrite";

const ODD: readonly Json[] = [
  ...([null, true, false, 0, -1, 2, 1e308, Number.MIN_VALUE, "", "0", "-0", " ", "null"] satisfies Json[]),
  ...["1e18", "0x2710", "٤٢", "９", "\u0000", "\ud800", "a".repeat(200), "9".repeat(78), "1".repeat(400)],
  ...([[], {}, [[]], [null], [1, 2, 3], { length: 1 }, { toString: 1 }, "exact", "eip155:84532"] as Json[]),
];

/** Changes that may hit what matters or what does not: the payment is refused, or it is the one it was. */
export const UNCERTAIN: Record<string, Rewrite> = {
  "a value of another type": asJson((json, random) => {
    const object = pickObject(json, random);
    object[pickKey(object, random)] = ODD[random.below(ODD.length)] ?? null;
    return json;
  }),
  "a part moved elsewhere": asJson((json, random) => {
    const [from, to] = [pickObject(json, random), pickObject(json, random)];
    to[pickKey(to, random)] = structuredClone(from[pickKey(from, random)] ?? null);
    return json;
  }),
  "characters flipped": asText((text, random) => {
    const bytes = Buffer.from(text);
    for (let i = 0; i <= random.below(4); i++) bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  }),
  "base64 flipped": asValue((value, random) => {
    const at = random.below(value.length);
    return `${value.slice(0, at)}${String.fromCharCode(33 + random.below(94))}${value.slice(at + 1)}`;
  }),
  "a number that is as large": asText((text, random) =>
    text.replace(/"x402Version":(\d)/, `"x402Version":${random.pick(["$1.0", "$1e0", "0.$1e1", "$10e-1"])}`),
  ),
  "a lone surrogate": withKey(() => '"\\ud800"'),
  "bytes that are no UTF-8": asText((text) =>
    Buffer.concat([
      Buffer.from(`${text.slice(0, -1)},"a":"`),
      Buffer.of(0xff, 0xc0, 0x80),
      Buffer.from('"}'),
    ]),
  ),
};
