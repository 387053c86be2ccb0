import type { Chain } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { nextAccountNonce, readStored, storeVersion } from "@/lib/ledger/stored";
import type { Log } from "@/lib/log";

const AT_ONCE = 100;

/**
 * Sends a relayer's transactions again that the network does not know, also those whose payment ended without them:
 * everything with a higher account nonce waits for them. An account nonce that no transaction is stored for, because the
 * key or the database was used elsewhere, is used up by one that moves nothing (faults D10).
 */
export async function fillGaps(db: Db, { submitter, network }: Chain, log: Log): Promise<void> {
  if (submitter.kind !== "relayer") return;
  const sender = { network: network.id, sender: submitter.address };
  // Read first: whatever is stored for the account nonces below it can be seen afterwards.
  const next = await nextAccountNonce(db, sender);
  const known = await submitter.nextNonce();
  if (known >= next) return;
  const stored = new Map(
    (await readStored(db, sender, known, AT_ONCE)).map((tx) => [tx.accountNonce, tx.raw]),
  );
  for (let nonce = known; nonce < Math.min(next, known + AT_ONCE); nonce++) {
    const raw = stored.get(nonce);
    if (raw) {
      await submitter.broadcast(raw);
      continue;
    }
    const { headNumber: pricedAtBlock, ...fees } = await submitter.gasPrice();
    const signed = await submitter.signBlank(nonce, fees);
    const version = { ...sender, accountNonce: nonce, version: 1, signed, fees, pricedAtBlock };
    if (!(await storeVersion(db, version))) continue;
    log.warn("relayer.gap_filled", { network: network.id, nonce });
    await submitter.broadcast(signed.raw);
  }
}
