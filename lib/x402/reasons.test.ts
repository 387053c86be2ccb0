import { expect, it } from "vitest";
import { problem, REASONS, type ReasonCode, reasonFor } from "./reasons";

it.each(Object.keys(REASONS) as ReasonCode[])(
  "%s tells what happened and what to do, in sentences",
  (code) => {
    const { status, detail, action } = problem(code);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(detail).toMatch(/^[A-Z].*\.$/);
    expect(action).toMatch(/^[A-Z].*\.$/);
  },
);

it("every code that asks for a new payment says that nothing was charged", () => {
  const asksAgain = Object.entries(REASONS).filter(
    ([code, { status }]) => status === 402 && code !== "payment_required",
  );
  for (const [, { detail }] of asksAgain) expect(detail).toMatch(/Nothing was charged|paid for nothing here/);
});

it("a text that is no code of ours is unknown, also when every object has it", () => {
  expect(reasonFor("constructor")).toBeUndefined();
});
