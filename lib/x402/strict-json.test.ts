import fc from "fast-check";
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

  it("is read alike by JSON.parse, wherever a character of it is changed, or is refused for its keys", () => {
    const text = fc.oneof(
      fc.json({ maxDepth: 5, noUnicodeString: false }),
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value, null, "\t")),
      fc.double().map(String),
    );
    const char = fc.constantFrom(
      ...'{}[]:,"\\/ \t\n\r\0\u001f\u007f\u2028-+.0123456789eEtrufalsn_abc',
      "\\u00",
      "",
    );
    const spot = fc.nat({ max: 200 });
    fc.assert(
      fc.property(text, spot, fc.nat({ max: 2 }), char, (whole, spot, cut, char) => {
        const at = spot % (whole.length + 1);
        for (const text of [whole, whole.slice(0, at) + char + whole.slice(at + cut)]) {
          const read = parseStrictly(text);
          const parsed = parsedWithKeys(text);
          if (parsed === undefined || parsed.written !== parsed.left)
            expect([text, read]).toEqual([text, undefined]);
          else expect([text, read]).toEqual([text, parsed.value]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What JSON.parse makes of a text, how many keys it writes, and how many of them are left in the value and harmless. */
function parsedWithKeys(text: string) {
  try {
    const value: unknown = JSON.parse(text);
    const strings = /"(?:[^"\\]|\\.)*"/g;
    return { value, written: text.replace(strings, "").split(":").length - 1, left: keysIn(value) };
  } catch {
    return undefined;
  }
}

function keysIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value)
    ? []
    : Object.keys(value).filter((key) => !/^(__proto__|constructor|prototype)$/.test(key));
  return Object.values(value).reduce((sum: number, inner) => sum + keysIn(inner), own.length);
}
