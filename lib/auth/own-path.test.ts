import { describe, expect, it } from "vitest";
import { DASHBOARD, ownPath } from "./own-path";

const ORIGIN = "https://farebox.example";

describe("where somebody goes after signing in", () => {
  it.each([
    ["/payments?money=settled", "/payments?money=settled"],
    [`${ORIGIN}/settings`, "/settings"],
    ["endpoints", "/endpoints"],
  ])("is the page of ours they came for: %s", (target, path) => {
    expect(ownPath(target, ORIGIN)).toBe(path);
  });

  it.each([
    undefined,
    "",
    "/",
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    `${ORIGIN}//evil.example`,
    "/.//evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "data:text/html,hi",
    `${ORIGIN}.evil.example`,
    "https://farebox.example@evil.example",
  ])("is never another site: %j (G15)", (target) => {
    expect(ownPath(target, ORIGIN)).toBe(DASHBOARD);
  });
});
