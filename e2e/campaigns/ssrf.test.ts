import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as ssrf from "./ssrf";
import { ALLOWED_ALONE, NO_CANARY, NO_STRAY, WATCHED } from "./ssrf/flips";
import { NO_SPELLING } from "./ssrf/spelled";

const verdictOn = atTestSize("ssrf", ssrf, []);

it.each([
  ["no spelling of a private address is saved or called (H1)", NO_SPELLING],
  [
    "a name that changes its addresses is called at allowed ones alone, and refused alike otherwise (H2)",
    ALLOWED_ALONE,
  ],
  ["the gateway tries no connection to any other address (H2)", NO_STRAY],
  ["no canary on another address of this machine hears anything (H2)", NO_CANARY],
  ["what is allowed is connected to, and seen", WATCHED],
])("%s", (_, oracle) => {
  expect(verdictOn(oracle)).toMatchObject(HELD);
});
