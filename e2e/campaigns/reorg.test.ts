import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as reorg from "./reorg";
import { TOGETHER } from "./together";

const verdictOn = atTestSize("reorg", reorg);

it.each([
  ["reorgs under load hit settlements (D13)", reorg.HIT],
  ["a settlement whose block is gone is taken back, and its payment settled again (D13)", reorg.TAKEN_BACK],
  ["every payer is served through reorgs, or told that nothing moved (D13)", reorg.SERVED_OR_REFUSED],
  ["payments are settled together meanwhile", TOGETHER],
])("%s", (_, oracle) => {
  expect(verdictOn(oracle)).toMatchObject(HELD);
});
