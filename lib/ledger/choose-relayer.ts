import { sql } from "drizzle-orm";
import type { Relayer } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";

/**
 * Chooses who sends the next transaction on a network: of several relayers the one with the fewest on their way, as all
 * replicas see it, and one that is short of gas only when all are. Throws ChainUnavailable when no RPC tells of their gas.
 */
export async function chooseRelayer(
  db: Db,
  network: string,
  relayers: readonly [Relayer, ...Relayer[]],
): Promise<Relayer> {
  if (relayers.length === 1) return relayers[0];
  const [rows, areShort] = await Promise.all([
    db.execute<{ sender: string; count: string }>(sql`
      select sender, count(distinct tx.id) count
      from payments join chain_txs tx on tx.id = chain_tx_id
      where money = 'submitting' and payments.network = ${network}
      group by sender`),
    Promise.all(relayers.map((relayer) => relayer.isShort())),
  ]);
  const onTheirWay = new Map(rows.map(({ sender, count }) => [sender, Number(count)]));
  const ranked = relayers.map((relayer, index) => {
    return { relayer, isShort: areShort[index] === true, count: onTheirWay.get(relayer.address) ?? 0 };
  });
  ranked.sort((a, b) => Number(a.isShort) - Number(b.isShort) || a.count - b.count);
  return ranked[0]?.relayer ?? relayers[0];
}
