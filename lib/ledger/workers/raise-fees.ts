import type { Chain, Fees, GasPrice, Network, Relayer, SignedTransaction } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { isPast, readStoredFrom, type StoredTx, storeVersion } from "@/lib/ledger/stored";
import type { Log } from "@/lib/log";

/** How many blocks a transaction waits that they might have taken, before it offers more. */
const PATIENT_BLOCKS = 3n;
/**
 * The most a transaction offers, in multiples of what the chain asks; and the base fee that an operator is told of, in those
 * of what it offered first.
 */
const FEE_CAP = 10n;

/** An eighth more, rounded up: nodes take a replacement only when it offers at least a tenth more. */
function raised(fee: bigint): bigint {
  return (fee * 9n + 7n) / 8n;
}

const most = (a: bigint, b: bigint) => (a > b ? a : b);
const least = (a: bigint, b: bigint) => (a < b ? a : b);

/**
 * What a stuck transaction offers next: an eighth more, or what the chain asks by now; null once its cap is reached. The
 * cap follows the chain: what was offered before may have been made up by an RPC. So one that is beyond it begins anew: a
 * node that had it would have had it mined, and those that refuse it do so for want of funds.
 */
export function nextFees({ fees }: Pick<StoredTx, "fees">, { urgent }: GasPrice): Fees | null {
  const cap = urgent.maxFeePerGas * FEE_CAP;
  if (fees.maxFeePerGas > cap) return urgent;
  const maxFeePerGas = most(raised(fees.maxFeePerGas), urgent.maxFeePerGas);
  if (maxFeePerGas > cap) return null;
  const tip = most(raised(fees.maxPriorityFeePerGas), urgent.maxPriorityFeePerGas);
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
 * one of its hashes is mined at most; at the cap they are held, and an operator is told, as of a spike (faults D9). What no
 * payment wants any more is replaced by a transaction that moves nothing.
 */
export async function raiseFees(db: Db, { submitter, network }: Chain, log: Log): Promise<void> {
  if (submitter.kind !== "relayers") return;
  await Promise.all(submitter.relayers.map((relayer) => raiseFeesOf(db, network, relayer, log)));
}

async function raiseFeesOf(db: Db, network: Network, relayer: Relayer, log: Log): Promise<void> {
  const sender = { network: network.id, sender: relayer.address };
  const mined = await relayer.minedNonces();
  const waiting = await readStoredFrom(db, sender, mined);
  if (waiting.length === 0) return;
  const price = await relayer.gasPrice();
  for (const tx of waiting.filter((tx) => isStuck(tx, mined, price))) {
    const { accountNonce: nonce, firstFeePerGas } = tx;
    const fees = nextFees(tx, price);
    if (fees === null) {
      log.error("relayer.fee_cap_reached", { network: network.id, nonce, fee: `${tx.fees.maxFeePerGas}` });
      continue;
    }
    if (price.baseFeePerGas > firstFeePerGas * FEE_CAP) {
      const [baseFee, firstFee] = [`${price.baseFeePerGas}`, `${firstFeePerGas}`];
      log.error("relayer.fees_soared", { network: network.id, nonce, baseFee, firstFee });
    }
    const signed = await signWanted(relayer, tx, fees);
    const next = { ...sender, accountNonce: nonce, version: tx.version + 1, signed, fees };
    if (await storeVersion(db, { ...next, pricedAtBlock: price.headNumber })) {
      await relayer.broadcast(signed.raw);
    }
  }
}

/**
 * Whether a transaction waits for more than the others before it. What offers less than a block asks for is in none, and
 * where nothing else is sent, none may come for long. A head that was made up when it was priced is of no account.
 */
function isStuck(tx: StoredTx, mined: readonly number[], { topNumber, baseFeePerGas }: GasPrice): boolean {
  if (isPast(tx, mined) || !tx.rested) return false;
  if (tx.fees.maxFeePerGas < baseFeePerGas) return true;
  const waited = topNumber - tx.pricedAtBlock;
  return mined.includes(tx.accountNonce) && (waited < 0n || waited >= PATIENT_BLOCKS);
}
