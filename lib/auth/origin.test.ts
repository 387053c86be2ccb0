import { expect, it } from "vitest";
import { isOwnOrigin } from "./origin";

const OWN = "https://farebox.example";

it.each([
  [OWN, "farebox.example", true],
  ["http://127.0.0.1:3000", "127.0.0.1:3000", true],
  ["https://evil.example", "farebox.example", false],
  ["https://farebox.example.evil.example", "farebox.example", false],
  ["https://farebox.example:8443", "farebox.example", false],
  ["null", "farebox.example", false],
  ["null", "null", false],
  ["", "farebox.example", false],
  [undefined, "farebox.example", false],
])("a state change from %s at host %s: ours is %s (I3)", (origin, host, ours) => {
  expect(isOwnOrigin({ origin, host }, OWN)).toBe(ours);
});
