import type { Context, Figures } from "./campaign";
import { flip } from "./ssrf/flips";
import { trySpellings } from "./ssrf/spelled";

/** Rebinding flips; every spelling is tried whatever the size. */
export const sizes = { full: 10_000, test: 200 };

/** Has the gateway led to private addresses: by how they are spelled, and by names that change what they say. */
export async function run(context: Context): Promise<Figures> {
  return { ...(await trySpellings(context)), ...(await flip(context)) };
}
