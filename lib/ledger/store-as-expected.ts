import type { GasQuote, Relayer } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { prepared } from "@/lib/db/prepared";
import { newId } from "@/lib/ids";
import { inOrder, lockOurs } from "./lock-ours";
import type { StoredGroup, Transferable } from "./sign-and-store";

/** The account nonces that relayers hand out next, as far as this process knows: by address. */
export type ExpectedNonces = Map<string, number>;

const STORE = `
  with ${lockOurs("", "p.money = 'held' and p.lease_until > now()")},
  signed as materialized (
    select * from json_to_record($2::text::json) signed (transaction_id uuid, network text, hash text, sender text,
      account_nonce bigint, raw text, max_fee_per_gas numeric, max_priority_fee_per_gas numeric, gas_limit numeric,
      priced_at_block bigint, payments int)
  ), taken as (
    update relayers set next_nonce = next_nonce + 1 from signed
    where relayers.network = signed.network and address = sender and next_nonce = account_nonce
      and payments = (select count(*) from ours)
    returning signed.*
  ), stored as (
    insert into chain_txs (id, network, hash, sender, account_nonce, raw, max_fee_per_gas, max_priority_fee_per_gas,
      gas_limit, priced_at_block)
    select transaction_id, network, hash, sender, account_nonce, raw, max_fee_per_gas, max_priority_fee_per_gas,
      gas_limit, priced_at_block
    from taken
  )
  update payments set chain_tx_id = transaction_id, money = 'submitting', submitted_at = now()
  from ours, taken where payments.id = ours.id
  returning payments.id`;

/**
 * The same as `signAndStore` in one statement, signed beforehand with the account nonce that is expected to be next. Null,
 * and nothing happened, when it was not, or when a payment is no longer ours.
 */
export async function storeAsExpected(
  db: Database["db"],
  relayer: Relayer,
  group: readonly Transferable[],
  quote: { gas: GasQuote; headNumber: bigint },
  nonces: ExpectedNonces,
): Promise<StoredGroup | null> {
  const { address } = relayer;
  const accountNonce = nonces.get(address);
  const [first] = group;
  // Until it is known to be right again.
  nonces.delete(address);
  if (accountNonce === undefined || first === undefined) return null;
  const sorted = [...group].sort((a, b) => (a.payment.id < b.payment.id ? -1 : 1));
  const { gas, headNumber } = quote;
  const signed = await relayer.sign(
    sorted.map(({ authorization }) => authorization),
    gas,
    accountNonce,
  );
  const claims = sorted.map(({ payment: { id, lease } }) => ({ id, lease }));
  const transaction = {
    transaction_id: newId(),
    network: first.payment.network,
    hash: signed.hash,
    sender: address,
    account_nonce: accountNonce,
    raw: signed.raw,
    max_fee_per_gas: `${gas.maxFeePerGas}`,
    max_priority_fee_per_gas: `${gas.maxPriorityFeePerGas}`,
    gas_limit: `${gas.gas}`,
    priced_at_block: `${headNumber}`,
    payments: claims.length,
  };
  const marked = await prepared(db, STORE, [inOrder(claims), JSON.stringify(transaction)]);
  if (marked.length === 0) return null;
  return { signed, accountNonce, paymentIds: new Set(claims.map(({ id }) => id)) };
}
