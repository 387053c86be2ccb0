import { HARMLESS } from "./harmless";
import { REFUSED } from "./refused";
import type { Rewrite } from "./rewrite";
import { UNCERTAIN } from "./uncertain";

/** What a mutated payment must come to: always refused, always read as the payment it was, or whichever it is. */
export type Fate = "refused" | "read" | "either";

/** One way to spoil a payment header, or to write it in a way that no reader may stumble over. */
export interface Mutation {
  kind: string;
  fate: Fate;
  rewrite: Rewrite;
}

function ofFate(fate: Fate, rewrites: Record<string, Rewrite>): Mutation[] {
  return Object.entries(rewrites).map(([kind, rewrite]) => ({ kind, fate, rewrite }));
}

/** Everything that is done to payment headers; structure-aware, so that most of them come as far as they can. */
export const MUTATIONS: readonly Mutation[] = [
  ...ofFate("read", HARMLESS),
  ...ofFate("either", UNCERTAIN),
  ...ofFate("refused", REFUSED),
];
