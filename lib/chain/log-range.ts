import { LimitExceededRpcError } from "viem";
import { isObjection } from "./rpc-error";

/** Blocks whose logs are asked for at once, at first and at the least: RPCs limit it, from 10 to 10,000. */
export const WIDEST_RANGE = 2_000n;
const NARROWEST_RANGE = 10n;

/** The logs that were asked for; `refused` most likely because they were more, or of more blocks, than this RPC searches. */
export async function unlessRefused<T>(logs: Promise<T>): Promise<T | "refused"> {
  try {
    return await logs;
  } catch (error) {
    // Some say that they search no more with the code by which others say that they were asked too often.
    if (isObjection(error) || error instanceof LimitExceededRpcError) return "refused";
    throw error;
  }
}

/** The next range to try when one was refused, a tenth of it; null when there is none left to try. */
export function narrower(range: bigint): bigint | null {
  if (range <= NARROWEST_RANGE) return null;
  return range / 10n > NARROWEST_RANGE ? range / 10n : NARROWEST_RANGE;
}
