import { bad, type Checked, good } from "./checked";

/** Asks the guarding client whether it would call this URL, before it is saved; `reason` is a sentence for the merchant. */
export type CheckUpstreamUrl = (url: string) => Promise<{ ok: true } | { ok: false; reason: string }>;

/** Checks an upstream URL and returns it without a slash at its end, so that the path of a call can be appended. */
export async function checkUpstream(text: string, check: CheckUpstreamUrl): Promise<Checked<string>> {
  const typed = text.trim();
  if (typed === "") return bad("Enter the URL of your server, such as https://api.example.com.");
  if (typed.length > 2_048) return bad("A URL has at most 2,048 characters.");
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return bad("A URL begins with https://.");
  if (!URL.canParse(typed)) return bad("This is not a URL. Write it as https://api.example.com/path.");
  if (typed.includes("#")) return bad("Leave out the # and what follows: it never reaches a server.");
  if (typed.includes("?")) return bad("Leave out the query: the query of each call is passed on as it is.");
  const { href } = new URL(typed);
  const verdict = await check(href);
  return verdict.ok ? good(href.replace(/\/+$/, "")) : verdict;
}
