import { expect, it } from "vitest";
import { type MerchantId, newId } from "@/lib/ids";
import { createSealer } from "@/lib/seal";
import { openHeaders, sealHeaders } from "./stored-headers";

const sealer = createSealer("a secret of the tests, long enough");
const mintOwner = () => ({ merchantId: newId() as MerchantId, endpointId: newId() });
const drafts = [{ name: "X-Key", value: "hunter2" }];

// An answer is bound to its payment alone (`answer:<id>`): a trigger holds a payment's merchant for ever.
it("secret headers open for their own merchant and endpoint only, wherever the row is copied (I11)", () => {
  const owner = mintOwner();
  const { sealed, names } = sealHeaders(sealer, owner, drafts, null);
  expect(names).toEqual(["X-Key"]);
  expect(openHeaders(sealer, owner, sealed)).toEqual({ "X-Key": "hunter2" });
  const other = mintOwner();
  expect(() => openHeaders(sealer, { ...owner, merchantId: other.merchantId }, sealed)).toThrow();
  expect(() => openHeaders(sealer, { ...owner, endpointId: other.endpointId }, sealed)).toThrow();
});

it("secret headers that an edit keeps are sealed anew, under the secret of today (I11)", () => {
  const owner = mintOwner();
  const { sealed } = sealHeaders(sealer, owner, drafts, null);
  const next = "another secret of the tests, long enough";
  const rotated = createSealer(next, ["a secret of the tests, long enough"]);
  const kept = sealHeaders(rotated, owner, [{ name: "X-Key", value: null }], sealed);
  expect(openHeaders(createSealer(next), owner, kept.sealed)).toEqual({ "X-Key": "hunter2" });
});
