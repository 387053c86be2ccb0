import type { EndpointVersion } from "@/lib/endpoints/read";
import { formatUsd } from "@/lib/money";

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What an edit changed, in words; `before` is the version it was made from. */
export function changesOf(version: EndpointVersion, before: EndpointVersion | undefined): string {
  if (!before) return version.version === 1 ? "Created" : "Earlier versions are not listed";
  const changes = [
    !same(version.name, before.name) && `name “${version.name}”`,
    !same(version.description, before.description) && "description",
    !same(version.upstream, before.upstream) && `server ${version.upstream}`,
    !same(version.rules, before.rules) && `rules: ${version.rules.map(ruleWords).join(", ")}`,
    !same(version.payouts, before.payouts) && "payout addresses",
    version.charge !== before.charge && `charge ${version.charge} the call`,
    version.upstreamTimeoutMs !== before.upstreamTimeoutMs &&
      `timeout ${version.upstreamTimeoutMs / 1_000} s`,
    !same(version.headerNames, before.headerNames) && "secret headers",
  ].filter((change) => change !== false);
  const text = changes.join("; ");
  return text === ""
    ? "A secret header was replaced, or nothing changed"
    : text.charAt(0).toUpperCase() + text.slice(1);
}

function ruleWords({ method, path, priceMicroUsd }: EndpointVersion["rules"][number]): string {
  const price = priceMicroUsd === null ? "free" : formatUsd(BigInt(priceMicroUsd));
  return `${method === "*" ? "any" : method} ${path} ${price}`;
}
