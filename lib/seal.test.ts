import { createCipheriv } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSealer, deriveKey } from "./seal";

const [OLD, NEW] = ["the secret of last year, long enough", "the secret of this year, long enough"];
const plain = Buffer.from("Bearer hunter2");

/** A value as the first release sealed it: version byte, nonce, tag, ciphertext. */
function sealedByFirstRelease(secret: string, context: string): Buffer {
  const nonce = Buffer.alloc(12, 7);
  const cipher = createCipheriv("aes-256-gcm", deriveKey(secret, "seal"), nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), body]);
}

describe("a sealed value", () => {
  it("opens where it belongs and nowhere else (I11)", () => {
    const sealer = createSealer(NEW);
    const sealed = sealer.seal(plain, "headers of one");
    expect(sealer.open(sealed, "headers of one")).toEqual(plain);
    expect(() => sealer.open(sealed, "headers of another")).toThrow();
    expect(sealed.includes(plain)).toBe(false);
    expect(sealer.seal(plain, "headers of one").equals(sealed)).toBe(false);
  });

  it("names its key, so that a secret can be replaced while what it sealed lives on (I11)", () => {
    const before = createSealer(OLD).seal(plain, "field");
    const rotated = createSealer(NEW, [OLD]);
    expect(rotated.open(before, "field")).toEqual(plain);
    const after = rotated.seal(plain, "field");
    expect(createSealer(NEW).open(after, "field")).toEqual(plain);
    expect(() => createSealer(OLD).open(after, "field")).toThrow(/not configured/);
    expect(() => createSealer(NEW).open(before, "field")).toThrow(/not configured/);
  });

  it("of the first release still opens, also after its secret was replaced (I11)", () => {
    const sealed = sealedByFirstRelease(OLD, "field");
    expect(createSealer(OLD).open(sealed, "field")).toEqual(plain);
    expect(createSealer(NEW, [OLD]).open(sealed, "field")).toEqual(plain);
    expect(() => createSealer(NEW).open(sealed, "field")).toThrow(/No configured secret/);
    expect(createSealer(OLD).open(sealed, "merchant and field", "field")).toEqual(plain);
    expect(() => createSealer(OLD).open(createSealer(OLD).seal(plain, "field"), "other", "field")).toThrow();
  });

  it("that was changed in any byte does not open (I11)", () => {
    const sealer = createSealer(NEW);
    const sealed = sealer.seal(plain, "field");
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => sealer.open(changed, "field")).toThrow();
    }
    expect(() => sealer.open(Buffer.alloc(0), "field")).toThrow();
  });
});
