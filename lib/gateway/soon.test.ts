import { expect, test } from "vitest";
import { attempt, onceHere } from "./soon";

test("what is here is gone on with at once, what is to come when it comes", async () => {
  expect(onceHere(1, (value) => value + 1)).toBe(2);
  const later = onceHere(Promise.resolve(1), (value) => value + 1);
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toBe(2);
});

test("a failure is answered alike whether it is thrown at once, later, or by what comes next", async () => {
  const failed = (error: unknown) => String(error);
  const fail = (): string => {
    throw new Error("bug");
  };
  expect(attempt(fail, failed)).toBe("Error: bug");
  expect(attempt(() => onceHere("here", fail), failed)).toBe("Error: bug");
  expect(await attempt(() => onceHere(Promise.resolve("later"), fail), failed)).toBe("Error: bug");
});
