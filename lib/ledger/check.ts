import { and, between, eq, inArray, isNull, max, min, sql } from "drizzle-orm";
import type { Address, Hex } from "viem";
import { type AuthorizedTransfer, ChainUnavailable, type Network, type Transfer } from "@/lib/chain/chain";
import type { Rpc } from "@/lib/chain/rpc";
import { readAuthorizedTransfers, readTransfers, readUsedBeside } from "@/lib/chain/transfers";
import type { Database, Db } from "@/lib/db/client";
import { itsSettlement } from "@/lib/db/its-settlement";
import { payments, settlements } from "@/lib/db/schema";
import { allowMinutes } from "@/lib/db/transaction";
import { formatUnits } from "@/lib/money";
import { presentedAmong } from "./presented";

/** A network whose settlements are compared. */
export interface CheckedNetwork {
  network: Network;
  rpc: Rpc;
}

/** What one payout address got of one token: by the ledger, and by the chain in transfers that payments made. */
export interface PayoutSum {
  network: string;
  asset: string;
  payTo: string;
  settlements: number;
  /** Base units. */
  amount: string;
  decimalAmount: string;
  /** Transfers to the address that no payment of ours made, such as a gift; they are not compared. */
  otherTransfers: number;
}

/** One disagreement between the ledger and the chain. */
export interface Difference {
  kind: "not_on_chain" | "other_on_chain" | "not_in_ledger" | "settled_without_settlement" | "not_configured";
  network: string;
  paymentId: string;
  txHash: string | null;
}

/** The whole comparison; the ledger equals the chain when there are no differences. */
export interface LedgerCheck {
  settlements: number;
  sums: PayoutSum[];
  differences: Difference[];
}

type Settlement = typeof settlements.$inferSelect;

/** Is told how far a comparison has come, a few times a second at most; it may take hours. */
export type Progress = (sentence: string) => void;

/** How far before the first settlement the chain is searched for what the ledger missed, in blocks. */
const LOOK_BACK_BLOCKS = 10_000n;
/** Blocks compared at once: what is in memory is what a few thousand blocks hold, and a sum for each payout address. */
const AT_ONCE_BLOCKS = 10_000n;

/** Compares every settlement with the chain, and every transfer a payment of ours made with the settlements. */
export async function checkLedger(
  db: Database["db"],
  networks: readonly CheckedNetwork[],
  progress: Progress = () => {},
): Promise<LedgerCheck> {
  const result: LedgerCheck = { settlements: 0, sums: [], differences: await unsettled(db) };
  const known = new Set<string>(networks.map(({ network }) => network.id));
  for (const checked of networks) await checkNetwork(db, checked, result, progress);
  const rest = await db
    .select()
    .from(settlements)
    .where(and(sql`not ${inArray(settlements.network, [...known, ""])}`, isNull(settlements.orphanedAt)));
  for (const row of rest) result.differences.push(differenceOf("not_configured", row));
  result.settlements += rest.length;
  return result;
}

async function checkNetwork(
  db: Database["db"],
  { network, rpc }: CheckedNetwork,
  result: LedgerCheck,
  progress: Progress,
): Promise<void> {
  const payouts = await payoutsOf(db, network.id);
  const sums = new Map(payouts.map((payTo) => [payTo.toLowerCase(), noneOf(network, payTo)]));
  // The ledger first: what it holds by then must be on the chain we read after it, and not above its head.
  const [{ lowest, highest } = { lowest: null, highest: null }] = await db
    .select({ lowest: min(settlements.blockNumber), highest: max(settlements.blockNumber) })
    .from(settlements)
    .where(and(eq(settlements.network, network.id), isNull(settlements.orphanedAt)));
  const heads = await rpc.both((client) => client.getBlockNumber({ cacheTime: 0 }));
  const head = heads.reduce(least);
  const last = most(head, highest ?? 0n);
  for (let from = most(0n, (lowest ?? head) - LOOK_BACK_BLOCKS); from <= last; from += AT_ONCE_BLOCKS) {
    const to = least(last, from + AT_ONCE_BLOCKS - 1n);
    progress(`${network.name}: comparing block ${from} of ${last}`);
    const { rows, others, differences } = await compareBlocks(db, { network, rpc }, payouts, {
      from,
      to,
      head,
    });
    result.settlements += rows.length;
    result.differences.push(...differences);
    for (const { payTo, amount } of rows) {
      const sum = sums.get(payTo.toLowerCase());
      if (sum) Object.assign(sum, { settlements: sum.settlements + 1, units: sum.units + amount });
    }
    for (const { to: payTo } of others) {
      const sum = sums.get(payTo.toLowerCase());
      if (sum) sum.otherTransfers += 1;
    }
  }
  for (const { units, ...sum } of sums.values()) {
    const decimalAmount = formatUnits(units, network.token.decimals);
    result.sums.push({ ...sum, amount: units.toString(), decimalAmount });
  }
}

/** Compares settlements and transfers of some blocks; a settlement above the chain's head is on no chain. */
async function compareBlocks(
  db: Database["db"],
  { network, rpc }: CheckedNetwork,
  payouts: readonly Address[],
  { from, to, head }: { from: bigint; to: bigint; head: bigint },
) {
  const rows = await db
    .select()
    .from(settlements)
    .where(
      and(
        eq(settlements.network, network.id),
        between(settlements.blockNumber, from, to),
        isNull(settlements.orphanedAt),
      ),
    );
  const transfers = await readTransfers(rpc, network.token.address, payouts, from, least(to, head));
  const byLog = new Map(transfers.map((transfer) => [keyOf(transfer), transfer]));
  const agreed = new Map(transfers.filter(({ byAll }) => byAll).map((each) => [keyOf(each), each]));
  const differences: Difference[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    byLog.delete(key);
    const shown = agreed.get(key);
    if (shown && isSame(row, shown)) continue;
    // What a search lacks, its receipt may still show: some RPCs forget old logs.
    const made = await madeIn({ network, rpc }, row.txHash);
    const transfer = made.find((each) => keyOf(each) === key);
    if (!transfer) differences.push(differenceOf("not_on_chain", row));
    else if (!isSame(row, transfer)) differences.push(differenceOf("other_on_chain", row));
  }
  const unbooked = [...byLog.values()];
  const uses = await readUsedBeside(rpc, network.token.address, unbooked);
  const presented = await presentedAmong(db, network, unbooked, uses);
  const others: Transfer[] = [];
  for (const transfer of unbooked) {
    const payment = presented.has(transfer) ? await paymentBehind(db, { network, rpc }, transfer) : null;
    if (payment === null) others.push(transfer);
    // Booked since we read the ledger, or about to be.
    else if (payment.settlementId !== null || payment.money === "submitting") continue;
    else {
      const { txHash } = transfer;
      differences.push({ kind: "not_in_ledger", network: network.id, paymentId: payment.id, txHash });
    }
  }
  return { rows, others, differences };
}

const LONGEST_MINUTES = 10;

/** Reads over all payments may take longer than a paid request may wait. */
function patiently<T>(db: Database["db"], read: (tx: Db) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await allowMinutes(tx, LONGEST_MINUTES);
    return read(tx);
  });
}

/** Payments that say they are settled and have no settlement. */
async function unsettled(db: Database["db"]): Promise<Difference[]> {
  const rows = await patiently(db, (tx) =>
    tx
      .select({ paymentId: payments.id, network: payments.network })
      .from(payments)
      .leftJoin(settlements, itsSettlement)
      .where(and(inArray(payments.money, ["settled", "final"]), isNull(settlements.id))),
  );
  return rows.map((row) => ({ kind: "settled_without_settlement", txHash: null, ...row }));
}

async function payoutsOf(db: Database["db"], network: string): Promise<Address[]> {
  const rows = await patiently(db, (tx) =>
    tx
      .selectDistinct({ payTo: payments.payTo })
      .from(payments)
      .where(eq(payments.network, network))
      .orderBy(payments.payTo),
  );
  return rows.map(({ payTo }) => payTo as Address);
}

/** The transfers that authorizations made in a transaction, as two RPCs show them. */
async function madeIn({ network, rpc }: CheckedNetwork, txHash: string): Promise<AuthorizedTransfer[]> {
  const made = await readAuthorizedTransfers(rpc, network.token.address, txHash as Hex);
  if (made !== null) return made;
  throw new ChainUnavailable(`No two RPCs of ${network.name} say the same of transaction ${txHash}`);
}

/** The payment whose authorization made a transfer; null when it was none of ours. */
async function paymentBehind(db: Db, checked: CheckedNetwork, { txHash, logIndex }: Transfer) {
  const made = await madeIn(checked, txHash);
  const use = made.find((each) => each.logIndex === logIndex);
  if (!use) return null;
  const [row] = await db
    .select({ id: payments.id, money: payments.money, settlementId: settlements.id })
    .from(payments)
    .leftJoin(settlements, itsSettlement)
    .where(
      and(
        eq(payments.network, checked.network.id),
        eq(sql`lower(${payments.authorization}->>'nonce')`, use.nonce.toLowerCase()),
        sql`lower(${payments.payer}) = ${use.from.toLowerCase()}`,
        eq(payments.amount, use.value),
      ),
    );
  return row ?? null;
}

function noneOf({ id, token }: Network, payTo: Address) {
  return { network: id, asset: token.address, payTo, settlements: 0, units: 0n, otherTransfers: 0 };
}

function isSame(row: Settlement, transfer: Transfer): boolean {
  return (
    sameAddress(row.payer, transfer.from) &&
    sameAddress(row.payTo, transfer.to) &&
    row.amount === transfer.value &&
    row.blockNumber === transfer.blockNumber &&
    row.blockHash === transfer.blockHash
  );
}

function keyOf({ txHash, logIndex }: { txHash: string; logIndex: number }): string {
  return `${txHash.toLowerCase()}:${logIndex}`;
}

const most = (a: bigint, b: bigint) => (a > b ? a : b);
const least = (a: bigint, b: bigint) => (a < b ? a : b);

function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function differenceOf(kind: Difference["kind"], { network, paymentId, txHash }: Settlement): Difference {
  return { kind, network, paymentId, txHash };
}
