import type { Address } from "viem";
import type { z } from "zod";
import type { Chain } from "@/lib/chain/chain";
import type { StoredPayout, StoredRule } from "@/lib/db/schema";
import { formatUsd, priceToUnits } from "@/lib/money";
import { type FieldErrors, Findings } from "./checked";
import { hostOf } from "./host-challenge";
import { type EndpointInput, endpointInput } from "./input";
import { checkPayTo } from "./payout";
import { checkCharge, checkDescription, checkName, checkPrice, checkTimeout } from "./plain-fields";
import { checkMethod, checkPath } from "./rule";
import { checkHeaderName, checkHeaderValue, headerKey } from "./secret-header";
import { checkSlug } from "./slug";
import { type CheckUpstreamUrl, checkUpstream } from "./upstream-url";

const MAX_RULES = 50;
const MAX_HEADERS = 20;

/** A secret header to store; the value null keeps the one that is stored. */
export interface HeaderDraft {
  name: string;
  value: string | null;
}

/** The terms of an endpoint, checked and ready to be stored. */
export interface EndpointDraft {
  name: string;
  /** Null to have one made from the name. */
  slug: string | null;
  description: string;
  upstream: string;
  charge: "after" | "before";
  upstreamTimeoutMs: number;
  rules: StoredRule[];
  payouts: StoredPayout[];
  /** All of them: a stored header whose name is not here is removed. */
  headers: HeaderDraft[];
}

/** What the checks need to know about this Farebox and, for an edit, about the endpoint. */
export interface ParseContext {
  chains: ReadonlyMap<string, Chain>;
  checkUpstreamUrl: CheckUpstreamUrl;
  /** Whether the merchant has shown to control the host of an upstream. */
  controlsHost(upstream: string): Promise<boolean>;
  /** Whether the issuer of a network's token has blocked an address. */
  isBlocked(network: string, payTo: string): Promise<boolean>;
  /** Micro-dollars below which a price would not cover the gas of its settlement on a network. */
  lowestPrice(network: string): Promise<bigint>;
  /** The names of the secret headers that are stored now, which an edit may keep. */
  storedHeaderNames?: readonly string[];
}

type Input = z.output<typeof endpointInput>;

/** Matching looks at neither case nor a slash at the end. */
function sameCalls(method: string, path: string): string {
  return `${method} ${path.toLowerCase().replace(/(?<=.)\/$/, "")}`;
}

function readRules(input: Input, found: Findings): StoredRule[] {
  const seen = new Map<string, number>();
  if (input.rules.length === 0)
    found.refuse("rules", "Add a rule: a path that no rule matches is not found.");
  if (input.rules.length > MAX_RULES) found.refuse("rules", `An endpoint has at most ${MAX_RULES} rules.`);
  return input.rules.map((rule, index) => {
    const at = `rules.${index}`;
    const method = found.take(`${at}.method`, checkMethod(rule.method), "");
    const path = found.take(`${at}.path`, checkPath(rule.path), "");
    const price = found.take(`${at}.price`, checkPrice(rule), null);
    const calls = sameCalls(method, path);
    const first = seen.get(calls);
    if (first === undefined) seen.set(calls, index);
    else
      found.refuse(`${at}.path`, `Rule ${first + 1} is for the same calls, so this one would never be used.`);
    return { method, path, priceMicroUsd: price === null ? null : price.toString() };
  });
}

function readPayouts(input: Input, { chains }: ParseContext, found: Findings): StoredPayout[] {
  const seen = new Set<string>();
  return input.payouts.map(({ network, payTo }, index) => {
    const at = `payouts.${index}`;
    if (!chains.has(network))
      found.refuse(`${at}.network`, "This Farebox takes no payments on this network.");
    if (seen.has(network)) found.refuse(`${at}.network`, "Each network has one payout address.");
    seen.add(network);
    return { network, payTo: found.take<Address>(`${at}.payTo`, checkPayTo(payTo, chains), "0x") };
  });
}

function readHeaders(input: Input, { storedHeaderNames = [] }: ParseContext, found: Findings): HeaderDraft[] {
  const stored = new Set(storedHeaderNames.map(headerKey));
  const seen = new Set<string>();
  if (input.headers.length > MAX_HEADERS) {
    found.refuse("headers", `An endpoint has at most ${MAX_HEADERS} secret headers.`);
  }
  return input.headers.map((header, index) => {
    const at = `headers.${index}`;
    const name = found.take(`${at}.name`, checkHeaderName(header.name), "");
    const key = headerKey(name);
    if (name !== "" && seen.has(key)) found.refuse(`${at}.name`, "This header is already in the list.");
    seen.add(key);
    if (header.keep && stored.has(key)) return { name, value: null };
    return { name, value: found.take(`${at}.value`, checkHeaderValue(header.value), "") };
  });
}

function canExpress(microUsd: bigint, tokenDecimals: number): boolean {
  try {
    priceToUnits(microUsd, tokenDecimals);
    return true;
  } catch {
    return false;
  }
}

/** Every price must be whole base units of every token it can be paid in. */
function compareWithTokens(draft: EndpointDraft, { chains }: ParseContext, found: Findings): void {
  const tokens = draft.payouts.flatMap(({ network }) => chains.get(network)?.network.token ?? []);
  const priced = [...draft.rules.entries()].filter(([, rule]) => rule.priceMicroUsd !== null);
  if (priced.length > 0 && draft.payouts.length === 0) {
    found.refuse("payouts", "Add a payout address: a rule with a price needs somewhere for the money to go.");
  }
  for (const [index, { priceMicroUsd }] of priced) {
    const token = tokens.find(({ decimals }) => !canExpress(BigInt(priceMicroUsd ?? 0), decimals));
    if (token)
      found.refuse(`rules.${index}.price`, `${token.symbol} has only ${token.decimals} decimal places.`);
  }
}

/** A price is offered only where it covers its gas; one that covers it nowhere could be paid by nobody. */
async function compareWithGas(
  { payouts, rules }: EndpointDraft,
  { chains, lowestPrice }: ParseContext,
  found: Findings,
): Promise<void> {
  const networks = payouts.map(({ network }) => network).filter((network) => chains.has(network));
  const [lowest = 0n] = (await Promise.all(networks.map(lowestPrice))).sort((a, b) => (a < b ? -1 : 1));
  for (const [index, { priceMicroUsd }] of rules.entries()) {
    if (priceMicroUsd === null || BigInt(priceMicroUsd) >= lowest) continue;
    found.refuse(
      `rules.${index}.price`,
      `At present a payment of less than ${formatUsd(lowest)} does not cover the gas of its settlement. Charge at least that.`,
    );
  }
}

/** Live money is taken only in front of the merchant's own server, or we would sell what strangers give away. */
async function compareWithHost(
  { upstream, payouts }: EndpointDraft,
  { chains, controlsHost }: ParseContext,
  found: Findings,
): Promise<void> {
  const live = payouts.some(({ network }) => chains.get(network)?.network.test === false);
  if (!live || upstream === "" || (await controlsHost(upstream))) return;
  found.refuse("hostProof", `Show first that ${hostOf(upstream)} is yours, or take test money only.`);
}

/** An address the token's issuer has blocked can be paid by nobody, and every call to the endpoint would end refused. */
async function compareWithBlockLists(
  { payouts }: EndpointDraft,
  { isBlocked }: ParseContext,
  found: Findings,
): Promise<void> {
  for (const [index, { network, payTo }] of payouts.entries()) {
    const at = `payouts.${index}.payTo`;
    if (found.errors[at] !== undefined || !(await isBlocked(network, payTo))) continue;
    found.refuse(at, "The token cannot be sent to this address: its issuer has blocked it.");
  }
}

/** Checks everything a merchant typed about an endpoint; errors are sentences by field path, such as `rules.0.price`. */
export async function parseEndpoint(
  typed: EndpointInput,
  context: ParseContext,
): Promise<{ ok: true; value: EndpointDraft } | { ok: false; errors: FieldErrors }> {
  const shape = endpointInput.safeParse(typed);
  if (!shape.success) {
    const errors = shape.error.issues.map((issue) => [issue.path.join("."), issue.message]);
    return { ok: false, errors: Object.fromEntries(errors) };
  }
  const input = shape.data;
  const found = new Findings();
  const value: EndpointDraft = {
    name: found.take("name", checkName(input.name), ""),
    slug: input.slug.trim() === "" ? null : found.take("slug", checkSlug(input.slug), null),
    description: found.take("description", checkDescription(input.description), ""),
    upstream: found.take("upstream", await checkUpstream(input.upstream, context.checkUpstreamUrl), ""),
    charge: found.take("charge", checkCharge(input.charge), "after"),
    upstreamTimeoutMs: found.take("upstreamTimeout", checkTimeout(input.upstreamTimeout), 0),
    rules: readRules(input, found),
    payouts: readPayouts(input, context, found),
    headers: readHeaders(input, context, found),
  };
  compareWithTokens(value, context, found);
  await compareWithGas(value, context, found);
  await compareWithHost(value, context, found);
  await compareWithBlockLists(value, context, found);
  return Object.keys(found.errors).length === 0 ? { ok: true, value } : { ok: false, errors: found.errors };
}
