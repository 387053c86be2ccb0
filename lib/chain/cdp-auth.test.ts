import { generateKeyPairSync } from "node:crypto";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { openCdpAuth } from "./cdp-auth";

const SETTLE_URL = "https://api.cdp.coinbase.com/platform/v2/x402/settle";

/** An Ed25519 key as Coinbase hands it out: base64 of the seed followed by the public key. */
function edKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { d = "", x = "" } = privateKey.export({ format: "jwk" });
  const bytes = Buffer.concat([Buffer.from(d, "base64url"), Buffer.from(x, "base64url")]);
  return { secret: bytes.toString("base64"), publicKey, alg: "EdDSA" };
}

function ecKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { secret: privateKey.export({ format: "pem", type: "sec1" }).toString(), publicKey, alg: "ES256" };
}

async function tokenOf(secret: string): Promise<string> {
  const headers = await openCdpAuth("key-id", secret)?.("POST", SETTLE_URL);
  return headers?.authorization.replace(/^Bearer /, "") ?? "";
}

describe("a request to Coinbase's facilitator", () => {
  it.each([
    ["an Ed25519 key", edKey()],
    ["an EC key", ecKey()],
    ["an EC key whose line breaks are written out", { ...ecKey(), escaped: true }],
  ])("is signed with %s, for this one request and two minutes", async (_, key) => {
    const secret = "escaped" in key ? key.secret.replaceAll("\n", "\\n") : key.secret;
    const token = await tokenOf(secret);
    const { payload } = await jwtVerify(token, key.publicKey, { issuer: "cdp", subject: "key-id" });
    expect(payload.uris).toEqual(["POST api.cdp.coinbase.com/platform/v2/x402/settle"]);
    expect(Number(payload.exp) - Number(payload.nbf)).toBe(120);
    expect(decodeProtectedHeader(token)).toEqual({
      alg: key.alg,
      typ: "JWT",
      kid: "key-id",
      nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it("carries another nonce each time", async () => {
    const { secret } = edKey();
    const [one, other] = [await tokenOf(secret), await tokenOf(secret)].map(decodeProtectedHeader);
    expect(one?.nonce).not.toBe(other?.nonce);
  });

  it.each([
    ["nothing", ""],
    ["text", "not-a-key"],
    ["too few bytes", Buffer.alloc(32).toString("base64")],
    ["a broken PEM", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----"],
    [
      "an RSA key",
      generateKeyPairSync("rsa", { modulusLength: 2048 })
        .privateKey.export({ format: "pem", type: "pkcs8" })
        .toString(),
    ],
  ])("cannot be signed with %s for a key, which start-up notices", (_, secret) => {
    expect(openCdpAuth("key-id", secret)).toBeNull();
  });
});
