import { pathToRegexp } from "path-to-regexp";
import { BoundedMap } from "./bounded-map";
import type { EndpointTerms, Rule } from "./ports";

/** Compiled patterns, of which many endpoints share a few; what one takes is a guess, and more than most do. */
const patterns = new BoundedMap<RegExp>(32 * 2 ** 20);
const PATTERN_BYTES = 3_000;

function patternOf(path: string): RegExp {
  const known = patterns.get(path);
  if (known !== undefined) return known;
  const { regexp } = pathToRegexp(path);
  patterns.set(path, regexp, PATTERN_BYTES);
  return regexp;
}

function firstMatch(rules: readonly Rule[], method: string, path: string): Rule | null {
  const found = rules.find(
    (rule) => (rule.method === "*" || rule.method === method) && patternOf(rule.path).test(path),
  );
  return found ?? null;
}

/**
 * Finds the first rule for a method and a decoded path; HEAD is priced as GET. No rule is null and never means free.
 * Servers disagree whether `/a;b` is `/a`, so a path with parameters counts only where both readings have one rule.
 */
export function matchRule(terms: EndpointTerms, method: string, path: string): Rule | null {
  const priced = method === "HEAD" ? "GET" : method;
  const rule = firstMatch(terms.rules, priced, path);
  if (!path.includes(";")) return rule;
  return firstMatch(terms.rules, priced, path.replace(/;[^/]*/g, "")) === rule ? rule : null;
}
