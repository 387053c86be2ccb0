import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as model from "./model";

const verdictOn = atTestSize("model", model, []);

it("whatever happens in whatever order, the ledger is what a small model of it says (A1-A4, A8, A9, B1, B4, B12, C2-C8, D12, F3, F4)", () => {
  expect(verdictOn(model.AS_MODELLED)).toMatchObject(HELD);
});
