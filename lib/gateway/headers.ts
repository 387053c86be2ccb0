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

const CALLER_ONLY_PREFIXES = [
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
];

/** CGI-like servers read `X_Forwarded_For` as `X-Forwarded-For`, so the two are one name here. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/_+/g, (run) => "-".repeat(run.length));
}

/** Lines of one name are one list (RFC 9110 §5.3), taken apart at once: a caller can send thousands of parts. */
function listed(headers: readonly HeaderLine[], wanted: string): string[] {
  const lines = headers.filter(([name]) => canonical(name) === wanted).map(([, value]) => value);
  return canonical(lines.join(","))
    .split(",")
    .map((part) => part.trim());
}

/** What any proxy removes: framing, and every header that `Connection` names. */
function endToEnd(headers: readonly HeaderLine[]): HeaderLine[] {
  const named = new Set(listed(headers, "connection"));
  return headers.filter(([name]) => !FRAMING_HEADERS.has(canonical(name)) && !named.has(canonical(name)));
}

/** Makes the headers for the upstream: nothing of the caller's payment, identity or network, plus the merchant's own. */
export function toUpstream(headers: readonly HeaderLine[], options: ToUpstream): [string, string][] {
  const { secretHeaders, proof, paymentId, requestId, via, allowRange } = options;
  const secret = new Set(Object.keys(secretHeaders).map(canonical));
  const kept = endToEnd(headers).filter(([given]) => {
    const name = canonical(given);
    if (secret.has(name) || CALLER_ONLY.has(name)) return false;
    if (name === "range") return allowRange;
    if (name === "idempotency-key") return paymentId === undefined;
    return !CALLER_ONLY_PREFIXES.some((prefix) => name.startsWith(prefix));
  });
  const passed = headers.filter(([name]) => canonical(name) === "via").map(([, value]) => value);
  return [
    ...kept.map(([name, value]): [string, string] => [name, value]),
    ["Accept-Encoding", "identity"],
    ["Via", [...passed, `1.1 ${via}`].join(", ")],
    ["Request-Id", requestId],
    ["Farebox-Proof", proof],
    ...(paymentId === undefined ? [] : [["Idempotency-Key", paymentId] satisfies [string, string]]),
    ...Object.entries(secretHeaders),
  ];
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

const UPSTREAM_ONLY_PREFIXES = [
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
];

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
  const secretNames = new Set(Object.keys(options.secretHeaders).map(canonical));
  const secrets = Object.values(options.secretHeaders).filter((secret) => secret !== "");
  // Browsers disagree on which of several types counts, so only one is ever sent.
  const contentType = headers.find(([name]) => canonical(name) === "content-type")?.[1] ?? null;
  const kept = endToEnd(headers).filter(([given, value]) => {
    const name = canonical(given);
    if (secretNames.has(name) || UPSTREAM_ONLY.has(name) || name === "content-type") return false;
    return !tells(value, secrets) && !UPSTREAM_ONLY_PREFIXES.some((prefix) => name.startsWith(prefix));
  });
  const result = kept.map(([name, value]): [string, string] => [name, value]);
  if (contentType !== null && !tells(contentType, secrets)) result.push(["Content-Type", contentType]);
  if (contentType !== null && isActive(contentType)) result.push(["Content-Security-Policy", "sandbox"]);
  if (options.location !== null) result.push(["Location", options.location]);
  result.push(["X-Content-Type-Options", "nosniff"]);
  return result;
}
