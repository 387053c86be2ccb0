import { listenTo } from "@/lib/db/notices";
import { findServed } from "@/lib/endpoints/publish";
import { BoundedMap } from "@/lib/gateway/bounded-map";
import type { PublishedEndpoint } from "@/lib/gateway/ports";
import type { Soon } from "@/lib/gateway/soon";
import { gather } from "@/lib/gather";
import type { Parts } from "./parts";

/** What is kept of endpoints at most, and of slugs that name none: those cost a caller nothing to make up. */
const MAX_BYTES = 256 * 2 ** 20;
const MAX_UNKNOWN_BYTES = 2 ** 20;
const UNKNOWN_BYTES = 256;

/** Slugs of one reading at most, and when the next one no longer waits for it. */
const READING = { atMost: 500, overtakeMs: 50 };

/** Finds what is served under a slug; null for an unknown slug. */
export interface ServedEndpoints {
  /** No older than the one who asks: for calls that money depends on. */
  asOfNow(slug: string): Promise<PublishedEndpoint | null>;
  /** From memory, where an edit is seen as soon as its notice arrives, and 5 s after it at the latest. */
  lately(slug: string): Soon<PublishedEndpoint | null>;
  close(): Promise<void>;
}

/** About how much memory an endpoint takes: 2 kB for a small one. */
function bytesOf({ terms, graceTerms }: PublishedEndpoint): number {
  let bytes = 500;
  for (const { name, description, upstream, rules, payouts, secretHeaders } of [terms, ...graceTerms]) {
    const texts = [name, description, upstream, ...Object.entries(secretHeaders).flat()];
    bytes += 500 + 2 * texts.join("").length + 300 * rules.length + 300 * payouts.length;
  }
  return bytes;
}

/**
 * Opens the endpoints as the process serves them: kept in memory while every notice of a change is known to arrive, read
 * from the database by all who ask at once together where that is not so.
 */
export function openServedEndpoints({ env, database, sealer }: Parts): ServedEndpoints {
  const known = new BoundedMap<PublishedEndpoint>(MAX_BYTES);
  const unknown = new BoundedMap<null>(MAX_UNKNOWN_BYTES);
  let changes = 0;

  const notices = listenTo(env.DATABASE_URL, "farebox_endpoint", {
    hear(slug) {
      changes += 1;
      known.delete(slug);
      unknown.delete(slug);
    },
    lose() {
      changes += 1;
      known.clear();
      unknown.clear();
    },
  });

  /**
   * One reading at a time answers all who ask, so that a flood costs the database what one caller would (faults J6). Whoever
   * asks while one is under way shares the next: that one might have been read before the change this caller comes after,
   * and a payout address that was replaced must be paid by nobody (faults F3).
   */
  const read = gather(async (slugs: readonly string[]) => {
    const [heard, mayKeep] = [changes, notices.upToDate()];
    const found = await findServed(database.db, sealer, new Set(slugs), (slug) => known.get(slug));
    // What changed meanwhile may have been read before it did.
    if (mayKeep && heard === changes) for (const [slug, endpoint] of found) keep(slug, endpoint);
    return slugs.map((slug) => found.get(slug) ?? null);
  }, READING);

  async function asOfNow(slug: string): Promise<PublishedEndpoint | null> {
    const found = await read(slug);
    if (found instanceof Error) throw found;
    return found;
  }

  function keep(slug: string, endpoint: PublishedEndpoint | null | Error): void {
    if (endpoint === null) unknown.set(slug, null, UNKNOWN_BYTES);
    else if (!(endpoint instanceof Error)) known.set(slug, endpoint, bytesOf(endpoint));
  }

  return {
    asOfNow,
    lately(slug) {
      if (!notices.upToDate()) return asOfNow(slug);
      const kept = known.get(slug) ?? unknown.get(slug);
      return kept === undefined ? asOfNow(slug) : kept;
    },
    close: notices.close,
  };
}
