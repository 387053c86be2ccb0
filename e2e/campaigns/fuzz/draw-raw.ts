import type { Random } from "@/e2e/campaigns/random";
import { AMBIGUOUS } from "./ambiguous";
import type { RawRequest, RawTarget } from "./raw-requests";
import { UNUSUAL } from "./unusual";

const KINDS = Object.entries({ ...AMBIGUOUS, ...UNUSUAL });

/** Draws one raw request of any kind. */
export function drawRaw(target: RawTarget, random: Random): RawRequest {
  const drawn = KINDS[random.below(KINDS.length)];
  if (!drawn) throw new Error("There are no kinds of raw requests");
  const [kind, draw] = drawn;
  return { kind, ...draw(target, random) };
}
