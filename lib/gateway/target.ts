/** A raw request target taken apart, with the one reading of its path that everybody shares. */
export interface Target {
  slug: string;
  /** The path as it came, `""` or beginning with `/`: what is forwarded. */
  rawPath: string;
  /** The path decoded once, beginning with `/`: what rules are matched against. */
  path: string;
  /** The query as it came, with its `?`; `""` when there is none. */
  rawQuery: string;
}

/** Why a target is refused: `bad_request` when servers could read its path in more than one way. */
export type ParsedTarget = { ok: true; target: Target } | { ok: false; code: "bad_request" | "not_found" };

/** Characters of a path (RFC 3986 §3.3), `%` included: no backslash, no control, nothing beyond ASCII. */
const PATH = /^(?:\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*)?$/;

/** Servers also accept raw quotes, brackets and bytes beyond ASCII in a query; nothing is matched against it. */
const QUERY = /^(?:\?[\x21\x22\x24-\x7e\x80-\xff]*)?$/;

/** Layers of encoding that are looked through for what a careless upstream might decode. */
const MAX_LAYERS = 4;

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Separators, dot segments (`..;x` is one to Java servers), empty segments, and control characters. */
function isTricky(path: string): boolean {
  return /[\\\p{Cc}]|\/\/|\/\.{1,2}(?=$|[/;])/u.test(path);
}

/** Decodes a path once, or refuses it when a server could read it as another one than was priced. */
function canonicalPath(rawPath: string): string | null {
  if (!rawPath.includes("%")) return isTricky(rawPath) ? null : rawPath;
  const path = decode(rawPath);
  if (path === null) return null;
  // An encoded slash would be one segment to us and two to an upstream that decodes before it routes.
  const slashes = rawPath.split("/").length;
  let layer: string | null = path;
  for (let depth = 0; layer !== null && depth < MAX_LAYERS; depth++) {
    if (isTricky(layer) || layer.split("/").length !== slashes) return null;
    const next = decode(layer);
    if (next === layer) return path;
    layer = next;
  }
  return layer === null ? path : null;
}

/** Takes `/g/<slug>/<path>?<query>` apart as raw text; nothing is normalised, so what is priced is what is forwarded. */
export function parseTarget(raw: string): ParsedTarget {
  const question = raw.indexOf("?");
  const whole = question === -1 ? raw : raw.slice(0, question);
  const rawQuery = question === -1 ? "" : raw.slice(question);
  const [, slug = "", rawPath = ""] = /^\/g\/([^/]*)(.*)$/s.exec(whole) ?? [];
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(slug)) return { ok: false, code: "not_found" };
  if (!PATH.test(rawPath) || !QUERY.test(rawQuery)) return { ok: false, code: "bad_request" };
  const path = canonicalPath(rawPath === "" ? "/" : rawPath);
  if (path === null) return { ok: false, code: "bad_request" };
  return { ok: true, target: { slug, rawPath, path, rawQuery } };
}

/** Puts a call's raw path and query behind the upstream's own, as text. */
export function upstreamUrl(upstream: string, { rawPath, rawQuery }: Target): string {
  return `${rawPath === "" ? upstream : upstream.replace(/\/+$/, "")}${rawPath}${rawQuery}`;
}

/** The path and query of a URL as its server receives them, as text. */
export function requestPath(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?]*/i, "");
  return path.startsWith("/") ? path : `/${path}`;
}
