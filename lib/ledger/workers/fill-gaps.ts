import type { Chain, Network, Relayer } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { syncRelayer } from "@/lib/ledger/sign-and-store";
import {
  accountNoncesFrom,
  isPast,
  nextAccountNonce,
  readStoredFrom,
  type StoredTx,
  storeVersion,
} from "@/lib/ledger/stored";
import type { Log } from "@/lib/log";
import { nextFees, signWanted } from "./raise-fees";

type Db = Database["db"];

/**
 * Sends the relayers' transactions again that the network does not know: everything with a higher account nonce waits for
 * them. An account nonce is used up by one that moves nothing where no transaction is stored for it, because the key or the
 * database was used elsewhere (faults D10). What a payment that ended would have moved is left out of its transaction: a
 * reorg must not let that one pay after all. Where the key was used elsewhere, its account nonces are handed out no more.
 */
export async function fillGaps(db: Db, { submitter, network }: Chain, log: Log): Promise<void> {
  if (submitter.kind !== "relayers") return;
  await Promise.all(submitter.relayers.map((relayer) => fillGapsOf(db, network, relayer, log)));
}

async function fillGapsOf(db: Db, network: Network, relayer: Relayer, log: Log): Promise<void> {
  const sender = { network: network.id, sender: relayer.address };
  // Read first: whatever is stored for the account nonces below it can be seen afterwards.
  const next = await nextAccountNonce(db, sender);
  const counts = await relayer.nextNonces();
  // One RPC that boasts keeps no gap open.
  if (counts.some((nonce) => nonce > next)) {
    const isMoved = await syncRelayer(db, network.id, relayer).catch((error: unknown) => {
      log.warn("relayer.sync_failed", { network: network.id, error });
      return false;
    });
    // Or the database lost what was stored, and payments with it: an operator has to know.
    if (isMoved) log.error("relayer.used_elsewhere", { ...sender, accountNonce: next });
  }
  const unknown = counts.filter((nonce) => nonce < next);
  const stored = new Map((await readStoredFrom(db, sender, unknown)).map((tx) => [tx.accountNonce, tx]));
  for (const nonce of accountNoncesFrom(unknown).filter((nonce) => nonce < next)) {
    const tx = stored.get(nonce);
    if (tx && isPast(tx, counts)) continue;
    if (tx && isAsWanted(relayer, tx)) {
      await relayer.broadcast(tx.raw);
      continue;
    }
    const price = await relayer.gasPrice();
    // Some nodes may still know the other one, and take a replacement only when it offers more.
    const fees = tx ? (nextFees(tx, price) ?? tx.fees) : price;
    const signed = await (tx ? signWanted(relayer, tx, fees) : relayer.signBlank(nonce, fees));
    const version = (tx?.version ?? 0) + 1;
    const next = { ...sender, accountNonce: nonce, version, signed, fees, pricedAtBlock: price.headNumber };
    if (!(await storeVersion(db, next))) continue;
    log.warn("relayer.gap_filled", { network: network.id, nonce });
    await relayer.broadcast(signed.raw);
  }
}

/** Whether a transaction makes the transfers that payments still want, and no others. */
function isAsWanted(relayer: Relayer, { raw, wanted, isBlank }: StoredTx): boolean {
  return wanted.length > 0 ? relayer.makes(raw, wanted) : isBlank;
}
