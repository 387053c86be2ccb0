import { BoundedMap } from "./bounded-map";
import type { Rule } from "./ports";
import type { Challenge } from "./respond";

const MAX_BYTES = 16 * 2 ** 20;
/** For how long a 402 stays ready: by itself the gas changes that a price must cover. */
const READY_MS = 1_000;
/** How many that were asked for once are remembered. */
const MAX_ASKED = 4_096;

/** What a 402 depends on besides its URL; a rule belongs to one version of one endpoint. */
export interface Source {
  rule: Rule;
  sellerName: string;
}

/** 402s that are asked for again and again, made ready. */
export interface ReadyChallenges {
  find(key: string, source: Source): Challenge | null;
  /** Keeps one that is asked for again within a second: those of a crawl would only push out the others. */
  offer(key: string, source: Source, challenge: Challenge): void;
}

function bytesOf(key: string, { headers, beginning }: Challenge): number {
  return headers.flat().reduce((sum, text) => sum + text.length, 500 + key.length + beginning.length);
}

/** Opens an empty store, of a few megabytes at most. */
export function openReadyChallenges(): ReadyChallenges {
  const ready = new BoundedMap<Source & { challenge: Challenge; until: number }>(MAX_BYTES);
  let asked = new Set<string>();
  let askedUntil = 0;

  return {
    find(key, { rule, sellerName }) {
      const kept = ready.get(key);
      const fits = kept?.rule === rule && kept.sellerName === sellerName && Date.now() < kept.until;
      return fits ? kept.challenge : null;
    },
    offer(key, { rule, sellerName }, challenge) {
      const now = Date.now();
      if (now >= askedUntil || asked.size >= MAX_ASKED) {
        asked = new Set();
        askedUntil = now + READY_MS;
      }
      if (asked.has(key))
        ready.set(key, { rule, sellerName, challenge, until: now + READY_MS }, bytesOf(key, challenge));
      else asked.add(key);
    },
  };
}
