import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as kill from "./kill";
import { oracleOf, WINDOWS } from "./kill-windows";

const verdictOn = atTestSize("kill", kill);

it.each(WINDOWS)(
  "a payment whose gateway is killed $title is served once and charged once when it is presented again ($row)",
  (window) => {
    expect(verdictOn(oracleOf(window))).toMatchObject(HELD);
  },
);
