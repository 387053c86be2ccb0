import { createPrivateKey } from "node:crypto";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { expect, test } from "vitest";
import { deriveKey } from "@/lib/seal";
import { createProver } from "./proof";

const seed = deriveKey("a secret of at least thirty-two characters", "proof");
const call = { slug: "weather", paymentId: "pay-1", method: "POST", path: "/v1/now?q=%2F" };

test("a merchant verifies with the published key alone what call a proof is for, and that it is fresh", async () => {
  const { signProof, jwks } = await createProver("https://pay.example", seed);
  const published = createLocalJWKSet(JSON.parse(JSON.stringify(jwks)));
  const { payload } = await jwtVerify(signProof(call), published, {
    issuer: "https://pay.example",
    audience: "weather",
    algorithms: ["EdDSA"],
    maxTokenAge: 60,
  });
  expect(payload).toMatchObject({ sub: "pay-1", method: "POST", path: "/v1/now?q=%2F" });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
});

test("a free call's proof names no payment, and no two proofs are the same", async () => {
  const { signProof, jwks } = await createProver("https://pay.example", seed);
  const [first, second] = [1, 2].map(() => signProof({ ...call, paymentId: undefined }));
  const { payload } = await jwtVerify(first ?? "", createLocalJWKSet(jwks));
  expect(payload.sub).toBeUndefined();
  expect(payload.jti).toBeTruthy();
  expect(first).not.toBe(second);
});

test("every replica has the same key, another secret has another, and the private part is not published", async () => {
  const one = await createProver("https://pay.example", seed);
  const two = await createProver("https://pay.example", seed);
  const other = await createProver(
    "https://pay.example",
    deriveKey("another secret of thirty-two chars", "proof"),
  );
  expect(two.jwks).toEqual(one.jwks);
  expect(other.jwks).not.toEqual(one.jwks);
  expect(Object.keys(one.jwks.keys[0] ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  await expect(jwtVerify(other.signProof(call), createLocalJWKSet(one.jwks))).rejects.toThrow();
});

test("a proof is byte for byte what jose would have signed, whatever is asked of the upstream", async () => {
  const { signProof } = await createProver("https://pay.example", seed);
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const paths = ["/", "/v1/now?q=%2F", `/"quoted"?\\x=\xe9`, `/${"long".repeat(500)}`];
  for (const path of paths) {
    for (const paymentId of [undefined, "pay-1"]) {
      const proof = signProof({ slug: "weather", paymentId, method: "GET", path });
      const { alg, kid } = decodeProtectedHeader(proof);
      const again = new SignJWT(decodeJwt(proof)).setProtectedHeader({ alg: alg ?? "", kid });
      expect(await again.sign(key)).toBe(proof);
    }
  }
});
