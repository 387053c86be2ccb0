import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Address } from "viem";
import type { Network, Transfer } from "@/lib/chain/chain";
import type { Rpc } from "@/lib/chain/rpc";
import { readAuthorizedTransfers, readTransfers } from "@/lib/chain/transfers";
import type { Db } from "@/lib/db/client";
import { payments, settlements } from "@/lib/db/schema";
import { formatUnits } from "@/lib/money";
import { itsSettlement } from "./record";

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

/** How far before the first settlement the chain is searched for what the ledger missed, in blocks. */
const LOOK_BACK_BLOCKS = 10_000n;

/** Compares every settlement with the chain, and every transfer a payment of ours made with the settlements. */
export async function checkLedger(db: Db, networks: readonly CheckedNetwork[]): Promise<LedgerCheck> {
  const result: LedgerCheck = { settlements: 0, sums: [], differences: await unsettled(db) };
  const known = new Set<string>(networks.map(({ network }) => network.id));
  for (const checked of networks) await checkNetwork(db, checked, result);
  const rest = await db
    .select()
    .from(settlements)
    .where(and(sql`not ${inArray(settlements.network, [...known, ""])}`, isNull(settlements.orphanedAt)));
  for (const row of rest) result.differences.push(differenceOf("not_configured", row));
  result.settlements += rest.length;
  return result;
}

async function checkNetwork(db: Db, { network, rpc }: CheckedNetwork, result: LedgerCheck): Promise<void> {
  const asset = network.token.address;
  // The ledger first: what it holds by then must be on the chain we read after it.
  const rows = await db
    .select()
    .from(settlements)
    .where(and(eq(settlements.network, network.id), isNull(settlements.orphanedAt)))
    .orderBy(settlements.blockNumber);
  const payouts = await payoutsOf(db, network.id);
  const head = await rpc.ask((client) => client.getBlockNumber({ cacheTime: 0 }));
  const lowest = rows[0]?.blockNumber ?? head;
  const start = lowest > LOOK_BACK_BLOCKS ? lowest - LOOK_BACK_BLOCKS : 0n;
  const transfers = await readTransfers(rpc, asset, payouts, start, head);
  const byLog = new Map(transfers.map((transfer) => [keyOf(transfer), transfer]));

  for (const row of rows) {
    const transfer = byLog.get(keyOf(row));
    byLog.delete(keyOf(row));
    if (!transfer) result.differences.push(differenceOf("not_on_chain", row));
    else if (!isSame(row, transfer)) result.differences.push(differenceOf("other_on_chain", row));
  }
  const others: Transfer[] = [];
  for (const transfer of byLog.values()) {
    const payment = await paymentBehind(db, { network, rpc }, transfer);
    if (payment === null) others.push(transfer);
    // Booked since we read the ledger, or about to be.
    else if (payment.settlementId !== null || payment.money === "submitting") continue;
    else {
      const { txHash } = transfer;
      result.differences.push({ kind: "not_in_ledger", network: network.id, paymentId: payment.id, txHash });
    }
  }
  result.settlements += rows.length;
  result.sums.push(...payouts.map((payTo) => sumOf(network, payTo, rows, others)));
}

/** Payments that say they are settled and have no settlement. */
async function unsettled(db: Db): Promise<Difference[]> {
  const rows = await db
    .select({ paymentId: payments.id, network: payments.network })
    .from(payments)
    .leftJoin(settlements, itsSettlement)
    .where(and(inArray(payments.money, ["settled", "final"]), isNull(settlements.id)));
  return rows.map((row) => ({ kind: "settled_without_settlement", txHash: null, ...row }));
}

async function payoutsOf(db: Db, network: string): Promise<Address[]> {
  const rows = await db
    .selectDistinct({ payTo: payments.payTo })
    .from(payments)
    .where(eq(payments.network, network))
    .orderBy(payments.payTo);
  return rows.map(({ payTo }) => payTo as Address);
}

/** The payment whose authorization made a transfer; null when it was none of ours. */
async function paymentBehind(db: Db, { network, rpc }: CheckedNetwork, transfer: Transfer) {
  const asset = network.token.address;
  const made = await rpc.ask((client) => readAuthorizedTransfers(client, asset, transfer.txHash));
  const nonces = made.filter(({ logIndex }) => logIndex === transfer.logIndex).map(({ nonce }) => nonce);
  if (nonces.length === 0) return null;
  const [row] = await db
    .select({ id: payments.id, money: payments.money, settlementId: settlements.id })
    .from(payments)
    .leftJoin(settlements, itsSettlement)
    .where(
      and(
        eq(payments.network, network.id),
        inArray(sql`lower(${payments.authorization}->>'nonce')`, nonces),
        sql`lower(${payments.payer}) = ${transfer.from.toLowerCase()}`,
        eq(payments.amount, transfer.value),
      ),
    );
  return row ?? null;
}

function sumOf(network: Network, payTo: Address, rows: Settlement[], others: Transfer[]): PayoutSum {
  const { address, decimals } = network.token;
  const own = rows.filter((row) => sameAddress(row.payTo, payTo));
  const amount = own.reduce((sum, row) => sum + row.amount, 0n);
  return {
    network: network.id,
    asset: address,
    payTo,
    settlements: own.length,
    amount: amount.toString(),
    decimalAmount: formatUnits(amount, decimals),
    otherTransfers: others.filter(({ to }) => sameAddress(to, payTo)).length,
  };
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

function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function differenceOf(kind: Difference["kind"], { network, paymentId, txHash }: Settlement): Difference {
  return { kind, network, paymentId, txHash };
}
