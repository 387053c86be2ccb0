import { ChainUnavailable } from "@/lib/chain/chain";
import { hasCode } from "@/lib/db/error-code";
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
  return hasCode(error, DATABASE_AWAY) ? "service_unavailable" : null;
}
