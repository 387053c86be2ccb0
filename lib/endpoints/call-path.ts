import { compile, parse, type Token } from "path-to-regexp";

/** A part of a path pattern that a caller fills in. */
export interface PathParameter {
  name: string;
  /** Stands for any number of segments, such as `*rest`. */
  wildcard: boolean;
  /** Stands in braces, so that it may be left out. */
  optional: boolean;
}

function parametersIn(tokens: readonly Token[], optional: boolean): PathParameter[] {
  return tokens.flatMap((token) => {
    if (token.type === "text") return [];
    if (token.type === "group") return parametersIn(token.tokens, true);
    return [{ name: token.name, wildcard: token.type === "wildcard", optional }];
  });
}

/** Lists what a caller fills in, in order; none for a pattern that is not one. */
export function pathParameters(pattern: string): PathParameter[] {
  try {
    return parametersIn(parse(pattern).tokens, false);
  } catch {
    return [];
  }
}

/** Fills a path pattern, percent-encoding each segment; null when it is no pattern or something is missing. */
export function fillPath(pattern: string, values: Readonly<Record<string, string>>): string | null {
  const filled = pathParameters(pattern).flatMap(({ name, wildcard }) => {
    const value = values[name]?.trim() ?? "";
    if (value === "") return [];
    return [[name, wildcard ? value.split("/").filter(Boolean) : value] as const];
  });
  try {
    return compile(pattern)(Object.fromEntries(filled));
  } catch {
    return null;
  }
}

/** A path that the pattern matches, for an example or a first try. */
export function examplePath(pattern: string): string {
  const values = pathParameters(pattern)
    .filter(({ optional }) => !optional)
    .map(({ name, wildcard }) => [name, wildcard ? "example" : "1"]);
  return fillPath(pattern, Object.fromEntries(values)) ?? "/";
}
