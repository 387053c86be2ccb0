import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as replay from "./replay";
import { TOGETHER } from "./together";

const verdictOn = atTestSize("replay", replay);

it.each([
  [
    "copies of a payment at once on three replicas make one call of the upstream and one transfer (A1)",
    replay.ONE_CALL,
  ],
  ["a copy that comes later gets the stored answer (A2)", replay.STORED_ANSWER],
  ["the same payment in another spelling is the same payment, or refused with 400 (A6)", replay.ONE_MEANING],
  ["many spellings of a payment make one row (A6)", replay.ONE_ROW],
  ["payments are settled together meanwhile", TOGETHER],
])("%s", (_, oracle) => {
  expect(verdictOn(oracle)).toMatchObject(HELD);
});
