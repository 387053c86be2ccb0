import { ChainUnavailable } from "@/lib/chain/chain";
import type { ReasonCode } from "@/lib/x402/reasons";

/**
 * Codes of the driver and classes of SQLSTATE that mean "not now": connection (08), resources (53: a full disk too),
 * operator (57), system (58: a disk that fails), read-only (25006), timeouts (25P03, 55P03), and transactions that got in each other's way (40001, 40P01).
 */
const DATABASE_AWAY =
  /^(CONN|ECONN|EPIPE|EAI_AGAIN|ENET|ENOTFOUND|ETIMEDOUT|EHOST|08|53|57|58|25006|25P03|55P03|40001|40P01)/;

/** Says which part an error shows to be out of reach, as the code the caller gets; null when the error is a bug. */
export function outageOf(error: unknown): ReasonCode | null {
  if (error instanceof ChainUnavailable) return "chain_unavailable";
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && DATABASE_AWAY.test(cause.code))
      return "service_unavailable";
  }
  return null;
}
