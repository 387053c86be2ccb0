import { describe, expect, it } from "vitest";
import { cell, fileWord, line } from "./csv";

describe("a CSV cell", () => {
  it("is quoted, its quotes doubled, its line breaks kept (RFC 4180, I2)", () => {
    expect(cell('say "hi",\r\nthen go')).toBe('"say ""hi"",\r\nthen go"');
    expect(cell(null)).toBe('""');
    expect(cell(10n ** 30n)).toBe(`"${10n ** 30n}"`);
  });

  it.each([
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\u3000＝1",
    "＋1",
    "－1",
    "＠x",
    "\u00a0=cmd",
  ])("never starts a formula: %j (I2)", (text) => {
    expect(cell(text)).toBe(`"'${text}"`);
  });

  it.each(["/now?x==1", "0xabc", "a=1", "GET /x", "日本", "1.5"])("leaves other text alone: %j", (text) => {
    expect(cell(text)).toBe(`"${text}"`);
  });
});

describe("a CSV line", () => {
  it("ends with CRLF", () => {
    expect(line(["a", 1, null])).toBe('"a","1",""\r\n');
  });
});

describe("a word of a file name", () => {
  it("holds nothing a header or a file system could take for something else", () => {
    expect(fileWord('Zoë & Söhne / "x"\r\nSet-Cookie: a')).toBe("zoe-sohne-x-set-cookie-a");
    expect(fileWord("日本")).toBe("merchant");
  });
});
