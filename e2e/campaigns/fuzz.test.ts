import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as fuzz from "./fuzz";
import { ANSWERS } from "./fuzz/over-http";
import { DOOR, UPSTREAM } from "./fuzz/over-sockets";
import { CPU, FATES } from "./fuzz/parser";

const verdictOn = atTestSize("fuzz", fuzz);

it.each([
  [
    "a spoiled payment header is refused, and one in another spelling is the same payment (G2, G3, G4, G5, A6)",
    FATES,
  ],
  ["reading a header takes no more than 5 ms of CPU, whatever is in it (G2)", CPU],
  [
    "a spoiled header is refused with a stable code over HTTP, and nothing is served unpaid (G1, G3, G16)",
    ANSWERS,
  ],
  [
    "bytes that no client sends are refused, and their connection closed where they are ambiguous (G1, G7, G8)",
    DOOR,
  ],
  ["no bytes make the upstream hear what was not asked, or not paid (G7, G8)", UPSTREAM],
  ["a good payment is served after all of that", fuzz.SERVES_ON],
])("%s", (_, oracle) => {
  expect(verdictOn(oracle)).toMatchObject(HELD);
});
