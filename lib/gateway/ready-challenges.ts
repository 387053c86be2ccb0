import { BoundedMap } from "./bounded-map";
import type { Rule } from "./ports";
import type { Quote } from "./quote";
import type { Challenge } from "./respond";

/** Those of about thirty thousand URLs: more would take more memory than their making takes time. */
const MAX_BYTES = 64 * 2 ** 20;
/** How long a 402 is given without another look at what is offered: by itself only the gas changes that a price must cover. */
const SURE_MS = 1_000;

/** What a 402 depends on besides its URL and what is offered; a rule belongs to one version of one endpoint. */
export interface Source {
  rule: Rule;
  sellerName: string;
}

/** 402s by their URL, made once. */
export interface ReadyChallenges {
  /** The one that was kept, while `quote` offers the same; null when it has to be made. */
  find(key: string, source: Source, quote: () => Quote | null): Challenge | null;
  /** Keeps one that was made of a quote. */
  keep(key: string, source: Source, quote: Quote, challenge: Challenge): void;
}

interface Ready extends Source {
  challenge: Challenge;
  networks: string;
  sureUntil: number;
}

/** The networks of the offers; of one rule, nothing else about them can differ. */
function networksOf(quote: Quote | null): string {
  return quote?.offers.map(({ network }) => network).join() ?? "";
}

/** A text in one piece: one that was put together holds on to all it was made of. */
function inOnePiece(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

function bytesOf(key: string, { header, beginning }: Challenge): number {
  return 500 + key.length + header.length + beginning.length;
}

/** Opens an empty store of bounded size, which those leave first that were not asked for lately. */
export function openReadyChallenges(): ReadyChallenges {
  const kept = new BoundedMap<Ready>(MAX_BYTES);

  return {
    find(key, { rule, sellerName }, quote) {
      const ready = kept.get(key);
      if (ready?.rule !== rule || ready.sellerName !== sellerName) return null;
      const now = Date.now();
      if (now >= ready.sureUntil) {
        if (networksOf(quote()) !== ready.networks) return null;
        ready.sureUntil = now + SURE_MS;
      }
      return ready.challenge;
    },
    keep(key, source, quote, challenge) {
      const { header, beginning } = challenge;
      const ready: Ready = {
        ...source,
        challenge: { header, beginning: inOnePiece(beginning) },
        networks: networksOf(quote),
        sureUntil: Date.now() + SURE_MS,
      };
      kept.set(key, ready, bytesOf(key, challenge));
    },
  };
}
