import { match } from "path-to-regexp";
import { describe, expect, it } from "vitest";
import { examplePath, fillPath, pathParameters } from "./call-path";

describe("the path of a call", () => {
  it.each(["/now", "/items/:id", "/files/*rest", "/{*rest}", "/a{/:b}", "/:x/y/:z.json"])(
    "made up for %s is one that the pattern matches",
    (pattern) => {
      expect(match(pattern)(examplePath(pattern))).not.toBe(false);
    },
  );

  it("is filled with values that stay in their segment", () => {
    expect(fillPath("/items/:id", { id: "a/b?c#d e" })).toBe("/items/a%2Fb%3Fc%23d%20e");
    expect(fillPath("/files/*rest", { rest: "a/b c" })).toBe("/files/a/b%20c");
  });

  it("is refused while a part is missing, and may leave out what is optional", () => {
    expect(fillPath("/items/:id", { id: " " })).toBeNull();
    expect(fillPath("/a{/:b}", {})).toBe("/a");
    expect(fillPath("/{*rest}", {})).toBe("/");
    expect(fillPath("/broken/:", {})).toBeNull();
  });

  it("names its parts in order", () => {
    expect(pathParameters("/:a/{*rest}")).toEqual([
      { name: "a", wildcard: false, optional: false },
      { name: "rest", wildcard: true, optional: true },
    ]);
    expect(pathParameters("/broken/:")).toEqual([]);
  });
});
