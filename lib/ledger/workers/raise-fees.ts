import type { Chain, Fees, GasPrice, Network, Relayer, SignedTransaction } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { readStored, type StoredTx, storeVersion } from "@/lib/ledger/stored";
import type { Log } from "@/lib/log";

const AT_ONCE = 100;
/** How many blocks a transaction waits before it offers more. */
const PATIENT_BLOCKS = 3n;
/** The most a transaction ever offers, in multiples of what its account nonce offered first. */
const FEE_CAP = 10n;

/** An eighth more, rounded up: nodes take a replacement only when it offers at least a tenth more. */
function raised(fee: bigint): bigint {
  return (fee * 9n + 7n) / 8n;
}

const most = (a: bigint, b: bigint) => (a > b ? a : b);
const least = (a: bigint, b: bigint) => (a < b ? a : b);

/** What a stuck transaction offers next: an eighth more, or what the chain asks by now; null once its cap is reached. */
export function nextFees({ fees, firstFeePerGas }: StoredTx, price: GasPrice): Fees | null {
  const atLeast = raised(fees.maxFeePerGas);
  const maxFeePerGas = least(most(atLeast, price.maxFeePerGas), firstFeePerGas * FEE_CAP);
  if (maxFeePerGas < atLeast) return null;
  const tip = most(raised(fees.maxPriorityFeePerGas), price.maxPriorityFeePerGas);
  return { maxFeePerGas, maxPriorityFeePerGas: least(tip, maxFeePerGas) };
}

/** Signs a stored transaction again with other fees: the transfers that payments still want, or none at all. */
export function signWanted(relayer: Relayer, tx: StoredTx, fees: Fees): Promise<SignedTransaction> {
  return tx.wanted.length > 0
    ? relayer.signAgain(tx.raw, tx.wanted, fees)
    : relayer.signBlank(tx.accountNonce, fees);
}

/**
 * Has the relayers' transactions that wait for a block for too long offer more, each under its own account nonce, so that
 * one of its hashes is mined at most; at the cap they are held, and an operator is told (faults D9). What no payment wants
 * any more is replaced by a transaction that moves nothing.
 */
export async function raiseFees(db: Db, { submitter, network }: Chain, log: Log): Promise<void> {
  if (submitter.kind !== "relayers") return;
  await Promise.all(submitter.relayers.map((relayer) => raiseFeesOf(db, network, relayer, log)));
}

async function raiseFeesOf(db: Db, network: Network, relayer: Relayer, log: Log): Promise<void> {
  const sender = { network: network.id, sender: relayer.address };
  const mined = await relayer.minedNonce();
  const waiting = await readStored(db, sender, mined, AT_ONCE);
  if (waiting.length === 0) return;
  const price = await relayer.gasPrice();
  const isStuck = (tx: StoredTx) =>
    tx.rested &&
    tx.pricedAtBlock + PATIENT_BLOCKS <= price.headNumber &&
    (tx.accountNonce === mined || tx.fees.maxFeePerGas < price.baseFeePerGas);
  for (const tx of waiting.filter(isStuck)) {
    const fees = nextFees(tx, price);
    if (fees === null) {
      const { accountNonce: nonce } = tx;
      log.error("relayer.fee_cap_reached", { network: network.id, nonce, fee: `${tx.fees.maxFeePerGas}` });
      continue;
    }
    const signed = await signWanted(relayer, tx, fees);
    const next = { ...sender, accountNonce: tx.accountNonce, version: tx.version + 1, signed, fees };
    if (await storeVersion(db, { ...next, pricedAtBlock: price.headNumber })) {
      await relayer.broadcast(signed.raw);
    }
  }
}
