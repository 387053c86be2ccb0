/** A header line, name as received. */
export type HeaderLine = readonly [name: string, value: string];

/** Headers that frame a message or belong to one connection (RFC 9110 §7.6.1): each side of a proxy makes its own. */
export const FRAMING_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What a caller's headers become on their way to the upstream. */
export interface ToUpstream {
  /** The merchant's own headers; the caller can set none of their names. */
  secretHeaders: Readonly<Record<string, string>>;
  /** Signed proof that the call comes through us. */
  proof: string;
  /** The payment's id, so that an upstream asked twice for one payment can tell; absent for free calls. */
  paymentId?: string;
  /** Our id of the request, so that its upstream can name it to us. */
  requestId: string;
  /** Our name in `Via`, by which a loop is recognised. */
  via: string;
  /** Only where payment comes before the call: otherwise a part would be charged like the whole. */
  allowRange: boolean;
}

const CALLER_ONLY = new Set([
  "accept-encoding",
  "authorization",
  "cookie",
  "cookie2",
  "extension-responses",
  "forwarded",
  "origin",
  "referer",
  "request-id",
  "rsc",
  "settlement-overrides",
  "sign-in-with-x",
  "true-client-ip",
  "via",
  "x-client-ip",
  "x-cluster-client-ip",
  // They would make the upstream see another method or path than the one that was priced.
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-url",
  "x-rewrite-url",
  "x-real-ip",
]);

const CALLER_ONLY_PREFIX = anyPrefix([
  "access-control-",
  "cf-",
  "farebox-",
  "if-",
  "next-",
  "payment-",
  "sec-",
  "x-amzn-",
  "x-envoy-",
  "x-forwarded-",
  "x-middleware-",
  "x-nextjs-",
  "x-payment",
  "x-paywall-",
  "x-vercel-",
]);

/** CGI-like servers read `X_Forwarded_For` as `X-Forwarded-For`, so the two are one name here. */
function canonical(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes("_") ? lower.replaceAll("_", "-") : lower;
}

/** Every name is looked at for every header of every call: one pattern is one look. */
function anyPrefix(prefixes: readonly string[]): RegExp {
  return new RegExp(`^(?:${prefixes.join("|")})`);
}

/** Lines of one name are one list (RFC 9110 §5.3), taken apart at once: a caller can send thousands of parts. */
function listed(headers: readonly HeaderLine[], wanted: string): string[] {
  const lines: string[] = [];
  for (const [name, value] of headers) {
    if (name.length === wanted.length && canonical(name) === wanted) lines.push(value);
  }
  if (lines.length === 0) return lines;
  return canonical(lines.join(","))
    .split(",")
    .map((part) => part.trim());
}

/** Copies what any proxy passes on, without framing and what `Connection` names, and without what `isDropped` drops. */
function endToEnd(
  headers: readonly HeaderLine[],
  isDropped: (name: string, value: string) => boolean,
): [string, string][] {
  const named = new Set(listed(headers, "connection"));
  const kept: [string, string][] = [];
  for (const [given, value] of headers) {
    const name = canonical(given);
    if (FRAMING_HEADERS.has(name) || isDropped(name, value)) continue;
    if (!named.has(name)) kept.push([given, value]);
  }
  return kept;
}

/** What is looked for of a merchant's own headers in every message. */
interface Secrets {
  lines: [name: string, value: string][];
  names: ReadonlySet<string>;
  /** Without empty ones, which are in every text. */
  values: readonly string[];
}

/** Terms never change once read, so their headers are looked through once and forgotten with them. */
const known = new WeakMap<Readonly<Record<string, string>>, Secrets>();

function secretsOf(secretHeaders: Readonly<Record<string, string>>): Secrets {
  const before = known.get(secretHeaders);
  if (before) return before;
  const secrets = {
    lines: Object.entries(secretHeaders),
    names: new Set(Object.keys(secretHeaders).map(canonical)),
    values: Object.values(secretHeaders).filter((secret) => secret !== ""),
  };
  known.set(secretHeaders, secrets);
  return secrets;
}

/** Makes the headers for the upstream: nothing of the caller's payment, identity or network, plus the merchant's own. */
export function toUpstream(headers: readonly HeaderLine[], options: ToUpstream): [string, string][] {
  const { proof, paymentId, requestId, via, allowRange } = options;
  const secret = secretsOf(options.secretHeaders);
  const passed: string[] = [];
  const result = endToEnd(headers, (name, value) => {
    if (name === "via") passed.push(value);
    if (secret.names.has(name) || CALLER_ONLY.has(name)) return true;
    if (name === "range") return !allowRange;
    if (name === "idempotency-key") return paymentId !== undefined;
    return CALLER_ONLY_PREFIX.test(name);
  });
  passed.push(`1.1 ${via}`);
  result.push(
    ["Accept-Encoding", "identity"],
    ["Via", passed.join(", ")],
    ["Request-Id", requestId],
    ["Farebox-Proof", proof],
  );
  if (paymentId !== undefined) result.push(["Idempotency-Key", paymentId]);
  result.push(...secret.lines);
  return result;
}

/** Tells whether a request already came through the gateway of this name: an upstream led it back. */
export function cameThroughUs(headers: readonly HeaderLine[], via: string): boolean {
  return listed(headers, "via").some((hop) => hop.split(/\s+/)[1] === canonical(via));
}

/** What an upstream's headers become on their way to the caller. */
export interface ToCaller {
  /** The merchant's own headers: an upstream that echoes one must not give it away. */
  secretHeaders: Readonly<Record<string, string>>;
  /** Where `Location` leads on the gateway; null leaves it out. */
  location: string | null;
}

const UPSTREAM_ONLY = new Set([
  "age",
  "alt-svc",
  "cache-control",
  "clear-site-data",
  "content-location",
  "document-policy",
  "etag",
  "expect-ct",
  "expires",
  "extension-responses",
  "feature-policy",
  "idempotent-replayed",
  "last-modified",
  "link",
  "location",
  "nel",
  "origin-agent-cluster",
  "p3p",
  "permissions-policy",
  "pragma",
  "refresh",
  "referrer-policy",
  "report-to",
  "request-id",
  "reporting-endpoints",
  "server",
  "service-worker-allowed",
  "set-cookie",
  "set-cookie2",
  "set-login",
  "settlement-overrides",
  "sourcemap",
  "speculation-rules",
  "strict-transport-security",
  "supports-loading-mode",
  "surrogate-control",
  "timing-allow-origin",
  "vary",
  "via",
  // Also how some protocols ask for payment: a caller would pay a stranger.
  "www-authenticate",
  "x-content-type-options",
  "x-frame-options",
  "x-lighttpd-send-file",
  "x-permitted-cross-domain-policies",
  "x-powered-by",
  "x-reproxy-url",
  "x-sendfile",
  "x-sourcemap",
  "x-xss-protection",
]);

const UPSTREAM_ONLY_PREFIX = anyPrefix([
  "access-control-",
  "attribution-reporting-",
  "cdn-",
  "content-security-policy",
  "cross-origin-",
  "farebox-",
  "payment-",
  "public-key-pins",
  "surrogate-",
  "x-accel-",
  "x-middleware-",
  "x-nextjs-",
  "x-payment",
]);

/** A secret this long does not appear in a header by accident, so it is looked for inside values too. */
const TELLING_LENGTH = 8;

function tells(value: string, secrets: readonly string[]): boolean {
  return secrets.some(
    (secret) => value === secret || (secret.length >= TELLING_LENGTH && value.includes(secret)),
  );
}

/** Types a browser may run scripts from; a page of a merchant's must not act as one of ours. */
function isActive(contentType: string): boolean {
  return /html|xml|svg|multipart/i.test(contentType);
}

/** Makes the headers for the caller: nothing that pays, sets policy, caches, or speaks for our origin. */
export function toCaller(headers: readonly HeaderLine[], options: ToCaller): [string, string][] {
  const { names, values: secrets } = secretsOf(options.secretHeaders);
  let contentType: string | null = null;
  const result = endToEnd(headers, (name, value) => {
    // Browsers disagree on which of several types counts, so only one is ever sent.
    if (name === "content-type") contentType ??= value;
    if (names.has(name) || UPSTREAM_ONLY.has(name) || name === "content-type") return true;
    return tells(value, secrets) || UPSTREAM_ONLY_PREFIX.test(name);
  });
  if (contentType !== null && !tells(contentType, secrets)) result.push(["Content-Type", contentType]);
  if (contentType !== null && isActive(contentType)) result.push(["Content-Security-Policy", "sandbox"]);
  if (options.location !== null) result.push(["Location", options.location]);
  result.push(["X-Content-Type-Options", "nosniff"]);
  return result;
}
