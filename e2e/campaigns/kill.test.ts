import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as kill from "./kill";
import { oracleOf, WINDOWS } from "./kill-windows";
import { TOGETHER } from "./together";

const verdictOn = atTestSize("kill", kill);

it("gateways are killed while payments are settled together (C5-C7)", () => {
  expect(verdictOn(TOGETHER)).toMatchObject(HELD);
});

it.each(WINDOWS)(
  "a payment whose gateway is killed $title is served once and charged once when it is presented again ($row)",
  (window) => {
    expect(verdictOn(oracleOf(window))).toMatchObject(HELD);
  },
);
