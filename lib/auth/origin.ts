import { parts } from "@/lib/server/parts";

/** Tells whether a state change comes from a page of ours; browsers send Origin with every POST, and `null` is refused. */
export function isOwnOrigin(headers: Headers): boolean {
  const origin = headers.get("origin");
  if (origin === null || !URL.canParse(origin)) return false;
  return origin === parts().env.FAREBOX_ORIGIN || new URL(origin).host === headers.get("host");
}
