import { createHash } from "node:crypto";
import type { Hex } from "viem";

/** A source of chance that a seed reproduces; every strand of a campaign takes a fork of its own. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least 0, below `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** This many bytes in hex. */
  hex(bytes: number): Hex;
  /** Another source for this label, the same whatever was drawn from this one, so that strands may run side by side. */
  fork(label: string): Random;
}

/** Opens the source of a seed (sfc32, seeded by SHA-256). */
export function seededRandom(seed: string | number): Random {
  const digest = createHash("sha256").update(String(seed)).digest();
  let [a, b, c, counter] = [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), 1];
  const draw = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  const next = () => draw() / 2 ** 32;
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
    hex: (bytes) =>
      `0x${Array.from({ length: bytes }, () => (draw() & 0xff).toString(16).padStart(2, "0")).join("")}`,
    fork: (label) => seededRandom(`${seed}/${label}`),
  };
}
