import { and, eq, sql } from "drizzle-orm";
import { type Hex, parseTransaction } from "viem";
import type { Authorization, Fees, SignedTransaction } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { chainTxs, relayers } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { authorizationOf } from "./authorization";

/** A relayer, as its rows name it. */
export interface Sender {
  network: string;
  sender: string;
}

/** The newest transaction of an account nonce that is not mined yet. */
export interface StoredTx {
  accountNonce: number;
  version: number;
  raw: Hex;
  fees: Fees;
  /** What the first transaction of the account nonce offered, in wei. */
  firstFeePerGas: bigint;
  /** The head when it was priced. */
  pricedAtBlock: bigint;
  /** The transfers of the payments that still want it mined, in the order of their ids. */
  wanted: readonly Authorization[];
  /** Whether it only uses up its account nonce, and moves nothing. */
  isBlank: boolean;
  /** Whether its bill came and no payment waits for it; only a reorg makes it wait to be mined again. */
  isDone: boolean;
  /** Whether it was stored so long ago that its own request is done with it. */
  rested: boolean;
}

/** How long the request that stored a transaction is left alone with it. */
const OWN_SECONDS = 5;

/** Account nonces worked on in one round, from each on that an RPC names. */
const AT_ONCE = 100;

/** The account nonces to work on in this round: those that follow each of `starts`, lowest first. */
export function accountNoncesFrom(starts: readonly number[]): number[] {
  const all = starts.flatMap((start) => Array.from({ length: AT_ONCE }, (_, index) => start + index));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Reads the newest transactions of the account nonces to work on in this round, lowest first. */
export async function readStoredFrom(
  db: Db,
  { network, sender }: Sender,
  starts: readonly number[],
): Promise<StoredTx[]> {
  const nonces = JSON.stringify(accountNoncesFrom(starts));
  const siblings = sql`s.network = t.network and s.sender = t.sender and s.account_nonce = t.account_nonce`;
  const rows = await db.execute<{
    account_nonce: string;
    version: number;
    raw: Hex;
    first_fee: string | null;
    priced_at_block: string;
    wanted: { asset: string; authorization: Record<string, string> }[];
    rested: boolean;
    is_done: boolean;
  }>(sql`
    select distinct on (account_nonce) account_nonce, version, raw,
      coalesce(priced_at_block, 0) priced_at_block,
      created_at < now() - make_interval(secs => ${OWN_SECONDS}) rested,
      exists (select from chain_txs s where ${siblings} and s.mined_in_block is not null)
        and not exists (select from payments p join chain_txs s on s.id = p.chain_tx_id
          where ${siblings} and p.money = 'submitting') is_done,
      (select min(max_fee_per_gas) from chain_txs s where ${siblings}) first_fee,
      (select coalesce(json_agg(json_build_object('asset', p.asset, 'authorization', p.authorization) order by p.id), '[]')
        from payments p join chain_txs s on s.id = p.chain_tx_id where ${siblings} and p.money <> 'void') wanted
    from chain_txs t
    where network = ${network} and sender = ${sender}
      and account_nonce in (select value::bigint from json_array_elements_text(${nonces}::text::json))
    order by account_nonce, version desc`);
  return rows.map(({ raw, version, wanted, rested, is_done: isDone, ...row }) => {
    const { to, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(raw);
    return {
      raw,
      version,
      rested,
      isDone,
      wanted: wanted.map(authorizationOf),
      isBlank: to?.toLowerCase() === sender.toLowerCase(),
      accountNonce: Number(row.account_nonce),
      fees: { maxFeePerGas, maxPriorityFeePerGas },
      firstFeePerGas: row.first_fee === null ? maxFeePerGas : BigInt(row.first_fee),
      pricedAtBlock: BigInt(row.priced_at_block),
    };
  });
}

/** Whether a transaction needs nothing more: it is done, and of the RPCs that count a relayer's at least one counts past it. */
export function isPast({ isDone, accountNonce }: StoredTx, counts: readonly number[]): boolean {
  return isDone && counts.some((count) => accountNonce < count);
}

/** A transaction of an account nonce that was handed out before, to be stored before it is sent. */
export interface NextVersion extends Sender {
  accountNonce: number;
  version: number;
  signed: SignedTransaction;
  fees: Fees;
  pricedAtBlock: bigint;
}

/** Stores another transaction of an account nonce; false when another replica was first. */
export async function storeVersion(db: Db, { signed, fees, ...row }: NextVersion): Promise<boolean> {
  const { maxFeePerGas, maxPriorityFeePerGas } = fees;
  const stored = await db
    .insert(chainTxs)
    .values({ id: newId(), ...row, ...signed, maxFeePerGas, maxPriorityFeePerGas })
    // Whichever unique key it meets: replicas that raise by the same rule sign the very same transaction.
    .onConflictDoNothing()
    .returning({ id: chainTxs.id });
  return stored.length === 1;
}

/** The account nonce a relayer hands out next; zero before its first. Every lower one has its transaction stored. */
export async function nextAccountNonce(db: Db, { network, sender }: Sender): Promise<number> {
  const [row] = await db
    .select({ next: relayers.nextNonce })
    .from(relayers)
    .where(and(eq(relayers.network, network), eq(relayers.address, sender)));
  return row?.next ?? 0;
}
