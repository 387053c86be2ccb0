import { execFileSync } from "node:child_process";
import { observe } from "./observe";
import { judge, type Verdict } from "./oracles";
import type { Progress } from "./progress";
import { type Random, seededRandom } from "./random";
import { openStack, type Stack, type StackOptions } from "./stack";

/** Numbers and words a campaign wants to be read beside its oracles. */
export type Figures = Record<string, number | string>;

/** What a campaign works with. */
export interface Context {
  /** How much of it, in the campaign's own unit. */
  size: number;
  seed: number;
  random: Random;
  progress: Progress;
  /** Starts a stack; when the campaign has run, every oracle is checked on it, and then it is ended. */
  openStack(options?: StackOptions): Promise<Stack>;
  /** Has something closed at the very end, after the stacks. */
  closing(close: () => Promise<void>): void;
  /** Notes how often something that must hold was looked at, and each time it did not. */
  hold(oracle: string, checked: number, violations: readonly string[]): void;
}

/** One campaign: a file of this folder that exports `sizes` and `run`. */
export interface Campaign {
  sizes: { full: number; test: number };
  run(context: Context): Promise<Figures>;
}

/** What came of a campaign, as it is printed. */
export interface CampaignResult {
  campaign: string;
  seed: number;
  size: number;
  commit: string;
  startedAt: string;
  seconds: number;
  ok: boolean;
  figures: Figures;
  oracles: Record<string, Verdict>;
}

/** How a campaign is run; when `signal` aborts it ends early, everything it started is ended, and its reason is thrown. */
export interface RunOptions extends Pick<Context, "size" | "seed" | "progress"> {
  signal?: AbortSignal;
}

/** Of violations of one oracle; what is systematically wrong would fill the result. */
const MOST_TOLD = 50;

/** Runs a campaign and checks every oracle after it. */
export async function runCampaign(
  name: string,
  campaign: Campaign,
  { size, seed, progress, signal }: RunOptions,
): Promise<CampaignResult> {
  const startedAt = new Date().toISOString();
  const from = performance.now();
  const stacks: Stack[] = [];
  const closers: (() => Promise<void>)[] = [];
  const oracles: Record<string, Verdict> = {};
  const hold = (oracle: string, checked: number, violations: readonly string[]) => {
    const before = oracles[oracle] ?? { ok: true, checked: 0, violations: [] };
    oracles[oracle] = {
      ok: before.ok && violations.length === 0,
      checked: before.checked + checked,
      violations: [...before.violations, ...violations].slice(0, MOST_TOLD),
    };
  };
  const closing = (close: () => Promise<void>) => void closers.push(close);
  const random = seededRandom(`${name}/${seed}`);
  try {
    const openAnother = async (options?: StackOptions) => {
      const stack = await openStack(random.fork(`stack ${stacks.length}`), options);
      stacks.push(stack);
      return stack;
    };
    const context = { size, seed, random, progress, openStack: openAnother, closing, hold };
    const interrupted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
    const figures = await Promise.race([campaign.run(context), interrupted]);
    for (const stack of stacks) {
      const verdicts = judge(await observe(stack));
      for (const [oracle, { checked, violations }] of Object.entries(verdicts))
        hold(oracle, checked, violations);
    }
    const seconds = Math.round((performance.now() - from) / 1000);
    const ok = Object.values(oracles).every((verdict) => verdict.ok);
    return { campaign: name, seed, size, commit: commit(), startedAt, seconds, ok, figures, oracles };
  } finally {
    for (const stack of stacks) await stack.close();
    for (const close of closers) await close();
  }
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
