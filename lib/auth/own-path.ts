/** Where somebody who signed in goes unless they came for another page. */
export const DASHBOARD = "/overview";

/** The path of a URL of ours, or the dashboard: a link to our sign-in must not send people to another site (open redirect). */
export function ownPath(target: string | undefined, origin: string): string {
  if (!target || !URL.canParse(target, origin)) return DASHBOARD;
  const url = new URL(target, origin);
  const path = `${url.pathname}${url.search}`;
  // A path that begins with two slashes would be read as a host.
  return url.origin === origin && !path.startsWith("//") && path !== "/" ? path : DASHBOARD;
}
