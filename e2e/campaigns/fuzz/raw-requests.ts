import type { Random } from "@/e2e/campaigns/random";

/** Where raw requests are sent: what they ask for, and whom they say they ask. */
export interface RawTarget {
  host: string;
  /** A path that costs nothing. */
  free: string;
  /** A path that is never served unpaid. */
  priced: string;
}

/** What must come of a raw request: refused and its connection closed, answered so many times, or nothing known. */
export type RawFate = "refused" | number | "any";

/** Bytes that are sent over a connection of their own. */
export interface RawRequest {
  kind: string;
  bytes: string;
  fate: RawFate;
  /** How the sender goes on: it waits, it says that nothing more comes, or it breaks the connection. */
  ending: "waits" | "ends" | "resets";
}

/** Where a smuggled request leads, so that it is known when it arrives. */
export const SMUGGLED = "smuggled";

/** The end of a line. */
export const EOL = "\r\n";

/** Writes a request as it stands on the wire. */
export function request(line: string, headers: readonly string[], body = ""): string {
  return [line, ...headers, "", body].join(EOL);
}

/** A whole request to be hidden in another one. */
export function smuggled({ host, free }: RawTarget): string {
  return request(`GET ${free}/${SMUGGLED} HTTP/1.1`, [`Host: ${host}`]);
}

/** Draws one request of a kind. */
export type Kind = (target: RawTarget, random: Random) => Omit<RawRequest, "kind">;

/** A GET request. */
export function get(path: string, { host }: RawTarget, ...headers: string[]): string {
  return request(`GET ${path} HTTP/1.1`, [`Host: ${host}`, ...headers]);
}
