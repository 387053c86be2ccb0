import { lt, type SQL, sql } from "drizzle-orm";
import type { Authorization, GasQuote, Relayer, SignedTransaction } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { relayers } from "@/lib/db/schema";
import { newId } from "@/lib/ids";

type Db = Database["db"];

/** A payment that its lease holder wants to charge. */
export interface Chargeable {
  id: string;
  network: string;
  lease: string;
}

/** A payment, and the transfer that charges it. */
export interface Transferable {
  payment: Chargeable;
  authorization: Authorization;
}

/** A transaction that was stored, its account nonce, and the payments that it settles. */
export interface StoredGroup {
  signed: SignedTransaction;
  accountNonce: number;
  paymentIds: ReadonlySet<string>;
}

/** What payments must be to be sent: held, or, once more by themselves, sent in vain. */
export type SendFrom = "held" | "submitting";

/**
 * Makes sure the relayer has a row and that it is not behind the chain; true when it had none, or was. An account nonce is
 * never given back, so one RPC's lie must not waste any.
 */
export async function syncRelayer(db: Db, network: string, relayer: Relayer): Promise<boolean> {
  const nextNonce = await relayer.confirmedNonce();
  const moved = await db
    .insert(relayers)
    .values({ network, address: relayer.address, nextNonce })
    .onConflictDoUpdate({
      target: [relayers.network, relayers.address],
      set: { nextNonce },
      setWhere: lt(relayers.nextNonce, nextNonce),
    })
    .returning({ address: relayers.address });
  return moved.length === 1;
}

class RelayerUnknown extends Error {}

/**
 * Allocates an account nonce, signs one transaction, stores it and marks its payments, in one database transaction: the
 * row lock on the relayer orders replicas, and a crash leaves either all of it or nothing. Payments whose lease was lost
 * are left out before anything is signed; null when that leaves none.
 */
export async function signAndStore(
  db: Db,
  relayer: Relayer,
  group: readonly Transferable[],
  quote: { gas: GasQuote; headNumber: bigint },
  from: SendFrom = "held",
): Promise<StoredGroup | null> {
  const network = group[0]?.payment.network;
  if (network === undefined) return null;
  try {
    return await db.transaction(async (tx) => {
      const { ours, accountNonce } = await takeOurs(tx, network, relayer, group, from);
      if (ours.length === 0) return null;
      const authorizations = ours.map(({ authorization }) => authorization);
      const signed = await relayer.sign(authorizations, quote.gas, accountNonce);
      const paymentIds = ours.map(({ payment }) => payment.id);
      await store(tx, { network, relayer, accountNonce, signed, paymentIds, ...quote });
      return { signed, accountNonce, paymentIds: new Set(paymentIds) };
    });
  } catch (error) {
    if (!(error instanceof RelayerUnknown)) throw error;
    // The first transaction this relayer ever sends.
    await syncRelayer(db, network, relayer);
    return signAndStore(db, relayer, group, quote, from);
  }
}

type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

/** Locks the payments that are still ours, in the order of their ids as everybody does. */
function lockClaimed(group: readonly Transferable[], from: SendFrom): SQL {
  const wanted = JSON.stringify(group.map(({ payment: { id, lease } }) => ({ id, lease })));
  return sql`select payments.id from payments
    join json_to_recordset(${wanted}::text::json) wanted(id uuid, lease text)
      on wanted.id = payments.id and wanted.lease = lease_owner
    where money = ${from} and lease_until > now()
    order by payments.id for update of payments`;
}

/** Locks the payments that are still ours, and takes an account nonce for them. */
async function takeOurs(
  tx: Tx,
  network: string,
  { address }: Relayer,
  group: readonly Transferable[],
  from: SendFrom,
) {
  const [row] = await tx.execute<{ ids: string[]; account_nonce: string | null }>(sql`
    with ours as materialized (${lockClaimed(group, from)}), taken as (
      update relayers set next_nonce = next_nonce + 1
      where network = ${network} and address = ${address} and exists (select from ours)
      returning next_nonce - 1 account_nonce
    )
    select coalesce((select json_agg(id order by id) from ours), '[]') ids,
      (select account_nonce from taken) account_nonce`);
  const ids = row?.ids ?? [];
  const accountNonce = row?.account_nonce ?? null;
  if (ids.length > 0 && accountNonce === null) throw new RelayerUnknown();
  const byId = new Map(group.map((each) => [each.payment.id, each]));
  return { ours: ids.flatMap((id) => byId.get(id) ?? []), accountNonce: Number(accountNonce) };
}

interface Storable {
  network: string;
  relayer: Relayer;
  accountNonce: number;
  signed: SignedTransaction;
  paymentIds: readonly string[];
  gas: GasQuote;
  headNumber: bigint;
}

/** What is stored of a transaction, in the order of `STORED`. */
function storable(id: string, { network, relayer, accountNonce, signed, gas, headNumber }: Storable): SQL {
  const { maxFeePerGas, maxPriorityFeePerGas } = gas;
  return sql`${id}::uuid, ${network}, ${signed.hash}, ${relayer.address}, ${accountNonce}::bigint, ${signed.raw},
    ${`${maxFeePerGas}`}::numeric, ${`${maxPriorityFeePerGas}`}::numeric, ${`${gas.gas}`}::numeric, ${`${headNumber}`}::bigint`;
}
const STORED = sql`chain_txs (id, network, hash, sender, account_nonce, raw, max_fee_per_gas, max_priority_fee_per_gas,
  gas_limit, priced_at_block)`;

/** Marks payments as sent by a stored transaction. */
function markedBy(id: string): SQL {
  return sql`update payments set chain_tx_id = ${id}, money = 'submitting', submitted_at = now()`;
}

async function store(tx: Tx, transaction: Storable): Promise<void> {
  const id = newId();
  await tx.execute(sql`
    with stored as (insert into ${STORED} select ${storable(id, transaction)})
    ${markedBy(id)}
    where id in (select value::uuid from json_array_elements_text(${JSON.stringify(transaction.paymentIds)}::text::json))`);
}
