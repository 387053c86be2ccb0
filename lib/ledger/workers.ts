import { setTimeout as sleep } from "node:timers/promises";
import { and, eq, gte, lt, or, sql } from "drizzle-orm";
import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { answers, chainTxs, payments } from "@/lib/db/schema";
import type { Log } from "@/lib/log";
import { KEEP_HOURS } from "./deliver";
import { voidPayment } from "./record";
import { authorizationOf, book, sentHash } from "./settle";
import { syncRelayer } from "./submit";

type Db = Database["db"];

const EVERY_MS = 2_000;
const BATCH = 50;
/** How long after its authorization ran out a held payment is ended: clocks of the chain and the database differ. */
const EXPIRY_MARGIN_SECONDS = 60;

/** Nobody works on the payment: its lease ended or was given back. */
const unattended = or(sql`${payments.leaseUntil} is null`, lt(payments.leaseUntil, sql`now()`));

/** Takes submitted payments that nobody works on, those looked at longest ago first, so that none keeps others waiting. */
async function takeUnattended(db: Db) {
  return db.transaction(async (tx) => {
    const due = await tx
      .select({ id: payments.id })
      .from(payments)
      .where(and(eq(payments.money, "submitting"), unattended))
      .orderBy(sql`${payments.leaseUntil} nulls first`)
      .limit(BATCH)
      .for("update", { skipLocked: true });
    if (due.length === 0) return [];
    // A short lease keeps replicas off each other's rows without holding a transaction across the chain.
    return tx
      .update(payments)
      .set({ leaseOwner: null, leaseUntil: sql`now() + interval '5 seconds'` })
      .where(sql`${payments.id} in ${due.map((row) => row.id)}`)
      .returning();
  });
}

/**
 * Hands the stored transactions of a relayer that are not mined to the network again. One that got lost holds up all
 * with a higher account nonce, so it goes even when its own payment ended without it: then it can move no money.
 */
export async function resend(db: Db, { network, submitter }: Chain): Promise<void> {
  if (submitter.kind !== "relayer") return;
  const stored = await db
    .select({ raw: chainTxs.raw })
    .from(chainTxs)
    .where(
      and(
        eq(chainTxs.network, network.id),
        eq(chainTxs.sender, submitter.address),
        gte(chainTxs.accountNonce, await submitter.minedNonce()),
      ),
    )
    .orderBy(chainTxs.accountNonce)
    .limit(BATCH);
  for (const { raw } of stored) await submitter.broadcast(raw as `0x${string}`);
}

/**
 * Finishes what was sent and lost sight of: books what the chain shows, and hands stored transactions to the network
 * again. It signs nothing and sends nothing that was not stored by a payer's request. What fails holds up nothing else.
 */
export async function settleUnattended(db: Db, chains: ReadonlyMap<string, Chain>, log: Log): Promise<void> {
  const rows = await takeUnattended(db);
  const all = (works: Promise<void>[], event: string) =>
    Promise.all(works.map((work) => work.catch((error: unknown) => log.warn(event, { error }))));
  const looks = rows.map(async (row) => {
    const chain = chains.get(row.network);
    if (chain) await book(db, row.id, await chain.prove(authorizationOf(row), await sentHash(db, row.id)));
  });
  await all(looks, "worker.look_failed");
  const networks = new Set(rows.map(({ network }) => network));
  const awaited = [...chains.values()].filter(({ network }) => networks.has(network.id));
  await all(
    awaited.map((chain) => resend(db, chain)),
    "worker.resend_failed",
  );
}

/** Ends attempts whose process died or failed, holds whose authorization ran out, and answers past their time. */
export async function sweep(db: Db): Promise<void> {
  await db
    .update(payments)
    .set({ delivery: "failed", reason: "interrupted", leaseOwner: null, leaseUntil: null })
    .where(
      and(
        eq(payments.delivery, "pending"),
        sql`${payments.money} in ('held', 'settled', 'final')`,
        unattended,
      ),
    );
  const expired = await db
    .select({ id: payments.id })
    .from(payments)
    .where(
      and(
        eq(payments.money, "held"),
        unattended,
        sql`${payments.validBefore} < extract(epoch from now()) - ${EXPIRY_MARGIN_SECONDS}`,
      ),
    )
    .limit(BATCH);
  for (const { id } of expired) await voidPayment(db, id, "authorization_expired", "expired");
  // While a payment may still be charged its answer stays: otherwise its payer would pay for nothing.
  const paidLongAgo = sql`exists (select from payments where payments.id = ${answers.paymentId}
    and payments.settled_at < now() - make_interval(hours => ${KEEP_HOURS}))`;
  await db.delete(answers).where(and(lt(answers.expiresAt, sql`now()`), paidLongAgo));
}

/** Runs the workers until `signal` aborts; any number of replicas may. Resolves when the last round ended. */
export async function runWorkers(db: Db, chains: ReadonlyMap<string, Chain>, log: Log, signal: AbortSignal) {
  const round = async (name: string, work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => log.warn(`worker.${name}_failed`, { error }));
  };
  await round("relayers", async () => {
    for (const { network, submitter } of chains.values()) {
      if (submitter.kind === "relayer") await syncRelayer(db, network.id, submitter);
    }
  });
  while (!signal.aborted) {
    await round("settle", () => settleUnattended(db, chains, log));
    await round("sweep", () => sweep(db));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
  }
}
