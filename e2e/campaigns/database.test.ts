import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as database from "./database";

const verdictOn = atTestSize("database", database);

it("a primary that stops under load loses nothing that was acknowledged, and its standby serves on (E4)", () => {
  expect(verdictOn(database.SERVED_AGAIN)).toMatchObject(HELD);
});
