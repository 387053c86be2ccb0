import { setTimeout as sleep } from "node:timers/promises";
import { BaseError, HttpRequestError, TimeoutError } from "viem";
import { outageOf } from "@/lib/server/outage";

/** How long anything that must happen may take: a busy machine is slow, and wrong is only what never happens. */
export const PATIENCE_MS = 120_000;
const AGAIN_AFTER_MS = 250;

/** Does what may be done twice, and again while a part is too busy to answer in time. */
export async function patiently<T>(does: () => Promise<T>): Promise<T> {
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(AGAIN_AFTER_MS)) {
    try {
      return await does();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
    }
  }
}

function isBusy(error: unknown): boolean {
  if (outageOf(error) !== null) return true;
  const isSilence = (cause: unknown) => cause instanceof TimeoutError || cause instanceof HttpRequestError;
  return error instanceof BaseError && error.walk(isSilence) !== null;
}
