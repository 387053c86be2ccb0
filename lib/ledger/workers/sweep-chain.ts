import { and, eq, gte, isNull, sql } from "drizzle-orm";
import type { Address } from "viem";
import type { Block, Chain, Transfer } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { payments, settlements } from "@/lib/db/schema";
import { authorizationOf } from "@/lib/ledger/authorization";
import { moveCursor, readCursor } from "@/lib/ledger/cursor";
import { type Finding, noteFinding, resolveFindings, unsettledArrivals } from "@/lib/ledger/findings";
import { adopt, book } from "@/lib/ledger/record";
import type { Log } from "@/lib/log";
import { exactIdentity } from "@/lib/x402/exact";

type Db = Database["db"];
type Payment = typeof payments.$inferSelect;

/** Where the first sweep of a network begins, before its final head. */
const FIRST_LOOK_BACK_BLOCKS = 10_000n;

/**
 * Compares the blocks since the last sweep with the ledger, both ways: a payment's transfer that we lost sight of is
 * booked, and what cannot be is kept as a finding: an authorized transfer to a payout address that no payment made, one of
 * a payment that ended without it, a settlement that its final block lacks.
 */
export async function sweepChain(db: Db, chain: Chain, log: Log): Promise<void> {
  const { network, history } = chain;
  const finalHead = await history.finalHead();
  const from = await firstUnswept(db, chain, finalHead);
  const payouts = await payoutsOf(db, network.id);
  // The ledger first: what it holds by then, the chain must show when it is read after it.
  const { txHash, logIndex, blockNumber, payTo, amount, paymentId } = settlements;
  const booked = await db
    .select({ network: settlements.network, txHash, logIndex, blockNumber, payTo, amount, paymentId })
    .from(settlements)
    .where(and(eq(settlements.network, network.id), gte(blockNumber, from), isNull(settlements.orphanedAt)));
  const transfers = await history.transfersTo(payouts, from, (await history.head()).number);
  const shown = new Set(transfers.map(keyOf));
  const known = new Set(booked.map(keyOf));

  const note = async (finding: Finding) => {
    if (await noteFinding(db, finding))
      log.error("sweep.finding", { ...finding, amount: `${finding.amount}` });
  };
  for (const transfer of transfers.filter((each) => !known.has(keyOf(each)))) {
    const finding = await arrival(db, chain, transfer);
    // A block that may still be replaced is looked at again.
    if (finding !== null && transfer.blockNumber <= finalHead.number) await note(finding);
  }
  const lowerPayouts = new Set(payouts.map((payout) => payout.toLowerCase()));
  for (const row of booked) {
    const isCovered = row.blockNumber <= finalHead.number && lowerPayouts.has(row.payTo.toLowerCase());
    if (isCovered && !shown.has(keyOf(row))) await note({ ...row, kind: "missing_transfer" });
  }
  for (const payment of await unsettledArrivals(db, network.id)) await bookArrival(db, chain, payment);
  await resolveFindings(db, network.id);
  await moveCursor(db, network.id, "sweep", finalHead);
}

async function firstUnswept(db: Db, { network, history }: Chain, finalHead: Block): Promise<bigint> {
  const cursor = await readCursor(db, network.id, "sweep");
  const lookBack = finalHead.number > FIRST_LOOK_BACK_BLOCKS ? finalHead.number - FIRST_LOOK_BACK_BLOCKS : 0n;
  if (cursor === null) return lookBack;
  const next = cursor.blockNumber + 1n;
  // A final block that is gone: a local chain began anew. Where that is not certain, nothing may be left out either.
  const stands = (await history.holds(cursor.blockNumber, cursor.blockHash)) === true;
  return stands || next < lookBack ? next : lookBack;
}

/** Every address that any version of an endpoint sends its money to. */
async function payoutsOf(db: Db, network: string): Promise<Address[]> {
  const rows = await db.execute<{ pay_to: Address }>(sql`
    select distinct payout->>'payTo' pay_to
    from endpoint_versions, jsonb_array_elements(payouts) payout
    where payout->>'network' = ${network}`);
  return rows.map((row) => row.pay_to);
}

/** Books a transfer that has no settlement, or says what is wrong with it; null also for a gift that nobody authorized. */
async function arrival(db: Db, chain: Chain, transfer: Transfer): Promise<Finding | null> {
  const made = await chain.history.authorizedTransfers(transfer.txHash);
  const use = made.find(({ logIndex }) => logIndex === transfer.logIndex);
  if (!use) return null;
  const { network } = chain;
  const { txHash, logIndex, blockNumber, to: payTo, value: amount } = transfer;
  const facts = { network: network.id, txHash, logIndex, blockNumber, payTo, amount };
  const [payment] = await db
    .select()
    .from(payments)
    .where(eq(payments.identity, exactIdentity(use, { ...network.token, chainId: network.chainId })));
  // Another amount or address under the same nonce: it made this payment worthless, and is none of ours.
  if (!payment || payment.amount !== amount || payment.payTo.toLowerCase() !== payTo.toLowerCase()) {
    return { ...facts, kind: "unknown_transfer" };
  }
  const isBooked = await bookArrival(db, chain, payment);
  return isBooked ? null : { ...facts, kind: "unanswered_transfer", paymentId: payment.id };
}

/** Books a payment whose money arrived, unless it ended without or somebody works on it; true when it is or will be settled. */
async function bookArrival(db: Db, chain: Chain, payment: Payment): Promise<boolean> {
  const { id, money } = payment;
  if (money === "settled" || money === "final") return true;
  if (money !== "submitting" && !(await adopt(db, id))) return false;
  await book(db, id, await chain.prove(authorizationOf(payment), null));
  return true;
}

function keyOf({ txHash, logIndex }: { txHash: string; logIndex: number }): string {
  return `${txHash.toLowerCase()}:${logIndex}`;
}
