import type { Chain } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { nextAccountNonce, readStored, storeVersion } from "@/lib/ledger/stored";
import type { Log } from "@/lib/log";
import { nextFees } from "./raise-fees";

const AT_ONCE = 100;

/**
 * Sends a relayer's transactions again that the network does not know: everything with a higher account nonce waits for
 * them. An account nonce is used up by one that moves nothing where no transaction is stored for it, because the key or the
 * database was used elsewhere (faults D10), and where its payment ended: a reorg must not let that one pay after all.
 */
export async function fillGaps(db: Db, { submitter, network }: Chain, log: Log): Promise<void> {
  if (submitter.kind !== "relayer") return;
  const sender = { network: network.id, sender: submitter.address };
  // Read first: whatever is stored for the account nonces below it can be seen afterwards.
  const next = await nextAccountNonce(db, sender);
  const known = await submitter.nextNonce();
  if (known >= next) return;
  const stored = new Map((await readStored(db, sender, known, AT_ONCE)).map((tx) => [tx.accountNonce, tx]));
  for (let nonce = known; nonce < Math.min(next, known + AT_ONCE); nonce++) {
    const tx = stored.get(nonce);
    if (tx?.wanted || tx?.isBlank) {
      await submitter.broadcast(tx.raw);
      continue;
    }
    const price = await submitter.gasPrice();
    // Some nodes may still know the other one, and take a replacement only when it offers more.
    const fees = tx ? (nextFees(tx, price) ?? tx.fees) : price;
    const signed = await submitter.signBlank(nonce, fees);
    const version = (tx?.version ?? 0) + 1;
    const blank = { ...sender, accountNonce: nonce, version, signed, fees, pricedAtBlock: price.headNumber };
    if (!(await storeVersion(db, blank))) continue;
    log.warn("relayer.gap_filled", { network: network.id, nonce });
    await submitter.broadcast(signed.raw);
  }
}
