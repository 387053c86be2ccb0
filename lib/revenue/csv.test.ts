import { describe, expect, it } from "vitest";
import { fileWord } from "./csv";

describe("a word of a file name", () => {
  it("holds nothing a header or a file system could take for something else", () => {
    expect(fileWord('Zoë & Söhne / "x"\r\nSet-Cookie: a')).toBe("zoe-sohne-x-set-cookie-a");
    expect(fileWord("日本")).toBe("merchant");
  });
});
