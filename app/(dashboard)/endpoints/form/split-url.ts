/** A URL taken apart: the server to call, and the path below it to sell. */
export interface SplitUrl {
  upstream: string;
  /** `/` when the URL names no path. */
  path: string;
}

/** Splits a URL a person pasted, also one without its scheme; null when it is none. The query is left to each call. */
export function splitUrl(text: string): SplitUrl | null {
  const typed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!/^https?:\/\/[^/]*[.:][^/]/i.test(whole) || !URL.canParse(whole)) return null;
  const { origin, pathname, username } = new URL(whole);
  if (username !== "") return null;
  return { upstream: origin, path: pathname };
}

/** Proposes a name: the last word of the path, or the host. */
export function proposeName({ upstream, path }: SplitUrl): string {
  const word = path
    .split("/")
    .filter((segment) => /[a-z]{2}/i.test(segment) && !/[:*{]/.test(segment))
    .at(-1)
    ?.replace(/\.[a-z0-9]+$/i, "")
    .replace(/[^a-z0-9]+/gi, " ")
    .trim();
  if (!word) return new URL(upstream).hostname;
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Proposes a slug: the name's words and a tail that makes it free. */
export function proposeSlug(name: string, tail: string): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 30)
    .replace(/^-+|-+$/g, "");
  return words === "" ? "" : `${words}-${tail}`;
}
