import { randomBytes, scryptSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { passwordFault } from "./password-rule";
import { hashPassword, verifyPassword } from "./passwords";

describe("a stored password", () => {
  it("verifies itself and nothing else, however it was typed (I8)", async () => {
    const hash = await hashPassword("Größe und Gewicht");
    expect(hash).toMatch(/^scrypt\$131072\$8\$1\$/);
    expect(await verifyPassword("Größe und Gewicht".normalize("NFD"), hash)).toBe(true);
    expect(await verifyPassword("größe und gewicht", hash)).toBe(false);
  });

  it("is salted: the same password twice is two hashes (I8)", async () => {
    const hashes = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it("still verifies after the cost was raised", async () => {
    const salt = randomBytes(16);
    const key = scryptSync("four words in a row", salt, 32, { N: 1_024, r: 8, p: 1 });
    const older = `scrypt$1024$8$1$${salt.toString("base64")}$${key.toString("base64")}`;
    expect(await verifyPassword("four words in a row", older)).toBe(true);
    expect(await verifyPassword("five words in a row", older)).toBe(false);
  });

  it("is not compared with nothing: no password opens an account without one (I8, I14)", async () => {
    expect(await verifyPassword("", null)).toBe(false);
    expect(await verifyPassword("anything at all", null)).toBe(false);
  });
});

describe("the password rule", () => {
  it.each([
    ["short one", /at least 10/],
    ["a".repeat(201), /at most 200/],
    ["password123", /first that are guessed/],
    ["Passw0rd!!!!", /first that are guessed/],
    ["aaaaaaaaaaaa", /first that are guessed/],
    ["1234567890", /first that are guessed/],
    ["ada@example.com", /name or email/],
    ["adalovelace", /name or email/],
  ])("refuses %s (I8)", (password, sentence) => {
    expect(passwordFault(password, ["ada@example.com", "AdaLovelace"])).toMatch(sentence);
  });

  it("accepts a few words in a row", () => {
    expect(passwordFault("four words in a row", ["ada@example.com"])).toBeNull();
  });
});
