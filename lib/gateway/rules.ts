import { pathToRegexp } from "path-to-regexp";
import type { EndpointTerms, Rule } from "./ports";

interface CompiledRule {
  rule: Rule;
  pattern: RegExp;
}

/** Terms never change once read, so they are compiled once and forgotten with them. */
const compiled = new WeakMap<EndpointTerms, readonly CompiledRule[]>();

function compile(terms: EndpointTerms): readonly CompiledRule[] {
  const known = compiled.get(terms);
  if (known) return known;
  const rules = terms.rules.map((rule) => ({ rule, pattern: pathToRegexp(rule.path).regexp }));
  compiled.set(terms, rules);
  return rules;
}

function firstMatch(rules: readonly CompiledRule[], method: string, path: string): Rule | null {
  const found = rules.find(
    ({ rule, pattern }) => (rule.method === "*" || rule.method === method) && pattern.test(path),
  );
  return found?.rule ?? null;
}

/**
 * Finds the first rule for a method and a decoded path; HEAD is priced as GET. No rule is null and never means free.
 * Servers disagree whether `/a;b` is `/a`, so a path with parameters counts only where both readings have one rule.
 */
export function matchRule(terms: EndpointTerms, method: string, path: string): Rule | null {
  const rules = compile(terms);
  const priced = method === "HEAD" ? "GET" : method;
  const rule = firstMatch(rules, priced, path);
  if (!path.includes(";")) return rule;
  return firstMatch(rules, priced, path.replace(/;[^/]*/g, "")) === rule ? rule : null;
}
