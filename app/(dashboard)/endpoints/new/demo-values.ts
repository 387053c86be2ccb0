import { proposeSlug } from "@/app/(dashboard)/endpoints/form/split-url";
import type { FormValues } from "@/app/(dashboard)/endpoints/form/values";

/** An account whose key everybody knows (the second of every development chain), to receive stand-in money. */
export const LOCAL_ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/** What a first endpoint sells: the clock of the demo upstream. */
export function demoValues(demoUpstream: string, slugTail: string): Partial<FormValues> {
  return {
    name: "Demo clock",
    slug: proposeSlug("Demo clock", slugTail),
    description: "The time of the demo server, for one cent a call.",
    upstream: demoUpstream,
    rules: [{ key: "first", method: "GET", path: "/now", price: "0.01", free: false }],
  };
}
