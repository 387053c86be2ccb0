/**
 * Tells whether a state change comes from a page of ours: every browser names the page's origin in such a request, and no
 * script can set it. `null`, which sandboxed pages and some redirects send, and silence are refused.
 */
export function isOwnOrigin(
  { origin, host }: { origin: string | null | undefined; host: string | null | undefined },
  own: string,
): boolean {
  if (!origin || !URL.canParse(origin)) return false;
  return origin === own || new URL(origin).host === host;
}
