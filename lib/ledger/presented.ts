import { inArray } from "drizzle-orm";
import type { Network, Transfer, UsedAuthorization } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { exactIdentity } from "@/lib/x402/exact";

const AT_ONCE = 1_000;

/**
 * Those of some transfers whose transactions used an authorization that was presented to us, whatever became of the payment.
 * All others are none of ours: gifts, and payments to other sellers at the same address.
 */
export async function presentedAmong<T extends Transfer>(
  db: Db,
  { chainId, token }: Network,
  transfers: readonly T[],
  uses: readonly UsedAuthorization[],
): Promise<ReadonlySet<T>> {
  const hashes = new Set<string>();
  for (let at = 0; at < uses.length; at += AT_ONCE) {
    const asked = uses.slice(at, at + AT_ONCE).map(({ txHash, ...authorization }) => {
      return { txHash, identity: exactIdentity(authorization, { ...token, chainId }) };
    });
    const identities = asked.map(({ identity }) => identity);
    const rows = await db
      .select({ identity: payments.identity })
      .from(payments)
      .where(inArray(payments.identity, identities));
    const known = new Set(rows.map(({ identity }) => Buffer.from(identity).toString("hex")));
    for (const { txHash, identity } of asked)
      if (known.has(identity.toString("hex"))) hashes.add(txHash.toLowerCase());
  }
  return new Set(transfers.filter(({ txHash }) => hashes.has(txHash.toLowerCase())));
}
