import { and, eq, gte, isNull, sql } from "drizzle-orm";
import type { Address, Hex } from "viem";
import type { AuthorizedTransfer, Block, Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { payments, settlements } from "@/lib/db/schema";
import { authorizationOf } from "@/lib/ledger/authorization";
import { moveCursor, readCursor } from "@/lib/ledger/cursor";
import {
  type Finding,
  missingSettlements,
  noteFinding,
  resolveFinding,
  resolveFindings,
  unsettledArrivals,
} from "@/lib/ledger/findings";
import { presentedAmong } from "@/lib/ledger/presented";
import { adopt, book } from "@/lib/ledger/record";
import type { Log } from "@/lib/log";
import { exactIdentity } from "@/lib/x402/exact";

type Db = Database["db"];
type Payment = typeof payments.$inferSelect;
type Settlement = typeof settlements.$inferSelect;

/** Where the first sweep of a network begins, before its final head. */
const FIRST_LOOK_BACK_BLOCKS = 10_000n;

/**
 * Compares the blocks since the last sweep with the ledger, both ways: a payment's transfer that we lost sight of is
 * booked, and what cannot be is kept as a finding: one of a payment that ended without it, a settlement that its final
 * block lacks. What was never presented to us, a gift or a payment to another seller at the same address, is counted, and
 * not read at all: there may be any number. What two RPCs say different things of is no finding and is not passed by: its
 * blocks are swept again, until they agree (faults D3).
 */
export async function sweepChain(db: Db, chain: Chain, log: Log): Promise<void> {
  const { network, history } = chain;
  const finalHead = await history.finalHead();
  const from = await firstUnswept(db, chain, finalHead);
  const payouts = await payoutsOf(db, network.id);
  // The ledger first: what it holds by then, the chain must show when it is read after it.
  const booked = await db
    .select({ settlement: settlements, money: payments.money })
    .from(settlements)
    .innerJoin(payments, eq(payments.id, settlements.paymentId))
    .where(
      and(
        eq(settlements.network, network.id),
        gte(settlements.blockNumber, from),
        isNull(settlements.orphanedAt),
      ),
    );
  const head = await history.head();
  const last = head.number > finalHead.number ? head : finalHead;
  const transfers = await history.transfersTo(payouts, from, last.number);
  const shown = new Set(transfers.filter(({ byAll }) => byAll).map(placeOf));
  const known = new Set(booked.map(({ settlement }) => keyOf(settlement)));
  const madeIn = openReading(chain);

  let isAgreed = true;
  const note = async (finding: Finding) => {
    if (await noteFinding(db, finding))
      log.error("sweep.finding", { ...finding, amount: `${finding.amount}` });
  };
  const doubt = (txHash: string) => {
    isAgreed = false;
    log.error("sweep.disputed", { network: network.id, txHash });
  };
  const unbooked = transfers.filter((each) => !known.has(keyOf(each)));
  const presented = await presentedAmong(db, network, unbooked, await history.usedBeside(unbooked));
  for (const transfer of presented) {
    const made = await madeIn(transfer.txHash);
    const use = made?.find(({ logIndex }) => logIndex === transfer.logIndex);
    const finding = use ? await arrival(db, chain, use) : null;
    // A block that may still be replaced is looked at again.
    if ((use ?? transfer).blockNumber > finalHead.number) continue;
    if (made === null) doubt(transfer.txHash);
    if (finding !== null) await note(finding);
  }
  const lowerPayouts = new Set(payouts.map((payout) => payout.toLowerCase()));
  for (const { settlement, money } of booked) {
    // What was called final must be there, whatever is final now.
    const isDue = settlement.blockNumber <= finalHead.number || money === "final";
    const isCovered = isDue && lowerPayouts.has(settlement.payTo.toLowerCase());
    if (!isCovered || shown.has(placeOf(settlement))) continue;
    const isThere = await isInItsBlock(madeIn, settlement);
    if (isThere === null) doubt(settlement.txHash);
    if (isThere === false) await note({ ...findingOf(settlement), kind: "missing_transfer" });
  }
  await lookAgain(db, chain);
  // It never goes back behind a block that stands, whatever an RPC calls final.
  if (!isAgreed || finalHead.number + 1n < from) return;
  await moveCursor(db, network.id, "sweep", finalHead);
  const others = unbooked.filter((each) => !presented.has(each) && each.blockNumber <= finalHead.number);
  if (others.length > 0) log.info("sweep.other_transfers", { network: network.id, count: others.length });
}

/** Looks again at what was found before: some of it may be right by now. */
async function lookAgain(db: Db, chain: Chain): Promise<void> {
  const { id } = chain.network;
  const madeIn = openReading(chain);
  for (const { findingId, settlement } of await missingSettlements(db, id)) {
    if (await isInItsBlock(madeIn, settlement)) await resolveFinding(db, findingId);
  }
  for (const payment of await unsettledArrivals(db, id)) await bookArrival(db, chain, payment, null);
  await resolveFindings(db, id);
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

type Reading = Chain["history"]["authorizedTransfers"];

/** Reads each transaction once, however many of its transfers are asked for: there may be hundreds in it. */
function openReading({ history }: Chain): Reading {
  const read = new Map<Hex, ReturnType<Reading>>();
  return (txHash) => {
    const made = read.get(txHash) ?? history.authorizedTransfers(txHash);
    read.set(txHash, made);
    return made;
  };
}

/** Whether the transfer of a settlement stands where it was booked, by its receipt; null when two RPCs do not agree. */
async function isInItsBlock(madeIn: Reading, settlement: Settlement): Promise<boolean | null> {
  const made = await madeIn(settlement.txHash as Hex);
  return made ? made.some((transfer) => placeOf(transfer) === placeOf(settlement)) : null;
}

/** Books a transfer that has no settlement, or says what is wrong with it; null for what is or will be settled, or not ours. */
async function arrival(db: Db, chain: Chain, transfer: AuthorizedTransfer): Promise<Finding | null> {
  const { network } = chain;
  const { txHash, logIndex, blockNumber, to: payTo, value: amount } = transfer;
  const facts = { network: network.id, txHash, logIndex, blockNumber, payTo, amount };
  const [payment] = await db
    .select()
    .from(payments)
    .where(eq(payments.identity, exactIdentity(transfer, { ...network.token, chainId: network.chainId })));
  // Another amount or address under the same nonce: it made this payment worthless, and is none of ours.
  if (!payment || payment.amount !== amount || payment.payTo.toLowerCase() !== payTo.toLowerCase())
    return null;
  const isBooked = await bookArrival(db, chain, payment, txHash);
  return isBooked ? null : { ...facts, kind: "unanswered_transfer", paymentId: payment.id };
}

/** Books a payment whose money arrived, unless it ended without or somebody works on it; true when it is or will be settled. */
async function bookArrival(db: Db, chain: Chain, payment: Payment, txHash: Hex | null): Promise<boolean> {
  const { id, money } = payment;
  if (money === "settled" || money === "final") return true;
  if (money === "void") return false;
  const proof = await chain.prove(authorizationOf(payment), txHash);
  // What is not proven leaves a payment to whoever may still work on it.
  if (money === "held" && (proof.outcome !== "settled" || !(await adopt(db, id)))) return false;
  await book(db, id, proof);
  return true;
}

function findingOf({ network, txHash, logIndex, blockNumber, payTo, amount, paymentId }: Settlement) {
  return { network, txHash, logIndex, blockNumber, payTo, amount, paymentId };
}

function keyOf({ txHash, logIndex }: { txHash: string; logIndex: number }): string {
  return `${txHash.toLowerCase()}:${logIndex}`;
}

/** A log, and the block that holds it. */
function placeOf(log: { txHash: string; logIndex: number; blockHash: string }): string {
  return `${keyOf(log)}:${log.blockHash.toLowerCase()}`;
}
