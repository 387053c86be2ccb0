import { parts } from "@/lib/server/parts";

/**
 * Tells whether a state change comes from a page of ours. Browsers say so in Origin, or when they leave that out of a
 * request to the page's own origin, in Sec-Fetch-Site; no script can set either. `null` and silence are refused.
 */
export function isOwnOrigin(headers: Headers): boolean {
  const origin = headers.get("origin");
  if (origin === null) return headers.get("sec-fetch-site") === "same-origin";
  if (!URL.canParse(origin)) return false;
  return origin === parts().env.FAREBOX_ORIGIN || new URL(origin).host === headers.get("host");
}
