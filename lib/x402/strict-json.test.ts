import { describe, expect, it } from "vitest";
import { parseStrictly } from "./strict-json";

describe("JSON from a stranger", () => {
  it("is parsed as any parser would", () => {
    const value = { a: [1, -2.5e3, 'x:{}[],"\\'], b: { c: null, d: [{ e: true }] }, "": "\u2028" };
    expect(parseStrictly(JSON.stringify(value, null, 2))).toEqual(value);
    for (const text of ["null", "7", '"a:b"', "[]", "{}"])
      expect(parseStrictly(text)).toEqual(JSON.parse(text));
  });

  // Refused, which leaves nothing for a null prototype to protect from.
  it.each([
    '{"__proto__":{"admin":true}}',
    '{"a":[{"\\u005f_proto__":1}]}',
    '{"constructor":{"prototype":{}}}',
    '{"a":{"prototype":1}}',
  ])("is refused with a key that pollutes prototypes: %s (G4)", (text) => {
    expect(parseStrictly(text)).toBeUndefined();
  });

  it.each([
    '{"value":"1","value":"2"}',
    '{"a":{"b":1,"\\u0062":2}}',
    '[{"a":1},{"a":1,"a":1}]',
    '{"a":{"x":1},"a":{"x":1}}',
  ])(
    "is refused with a key written twice, of which another reader may take the other value: %s (G4)",
    (text) => {
      expect(parseStrictly(text)).toBeUndefined();
    },
  );

  it("may have one key in several objects, and the words of a prototype as values", () => {
    const value = [{ a: "__proto__" }, { a: "constructor" }];
    expect(parseStrictly(JSON.stringify(value))).toEqual(value);
  });

  it("is refused when it is cut off or is none", () => {
    for (const text of ["", "{", '{"a"', '{"a":1', '"a', "{'a':1}", "NaN", "1 2", "{a:1}"]) {
      expect([text, parseStrictly(text)]).toEqual([text, undefined]);
    }
  });

  it("is refused below eight levels, and beyond more keys than a payment can use (G2)", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect([parseStrictly(nested(8)) !== undefined, parseStrictly(nested(9))]).toEqual([true, undefined]);
    const wide = (keys: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, 0])));
    // Twice the 64 that suffice for a payment alone: a client that echoes our extensions and adds its own sends some fifty.
    expect([parseStrictly(wide(128)) !== undefined, parseStrictly(wide(129))]).toEqual([true, undefined]);
  });
});
