import { setTimeout as sleep } from "node:timers/promises";
import { and, eq, lt, or, sql } from "drizzle-orm";
import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { answers, chainTxs, payments } from "@/lib/db/schema";
import type { Log } from "@/lib/log";
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

/**
 * Finishes what was sent and lost sight of: hands each stored transaction to the network again and books what the
 * chain shows. It signs nothing and sends nothing that was not stored by a payer's request.
 */
export async function settleUnattended(db: Db, chains: ReadonlyMap<string, Chain>): Promise<number> {
  const rows = await db.transaction(async (tx) => {
    const due = await tx
      .select({ id: payments.id })
      .from(payments)
      .where(and(eq(payments.money, "submitting"), unattended))
      .orderBy(payments.submittedAt)
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
  for (const row of rows) {
    const chain = chains.get(row.network);
    if (!chain) continue;
    const authorization = authorizationOf(row);
    const proof = await chain.prove(authorization, await sentHash(db, row.id));
    if (proof.outcome === "pending" && row.chainTxId !== null && chain.submitter.kind === "relayer") {
      const [stored] = await db
        .select({ raw: chainTxs.raw })
        .from(chainTxs)
        .where(eq(chainTxs.id, row.chainTxId));
      if (stored) await chain.submitter.broadcast(stored.raw as `0x${string}`);
    }
    await book(db, row.id, proof);
  }
  return rows.length;
}

/** Ends attempts whose process died, holds whose authorization ran out, and answers past their time. */
export async function sweep(db: Db): Promise<void> {
  await db
    .update(payments)
    .set({ delivery: "failed", reason: "interrupted", leaseOwner: null, leaseUntil: null })
    .where(
      and(
        eq(payments.delivery, "pending"),
        sql`${payments.money} in ('held', 'settled', 'final')`,
        lt(payments.leaseUntil, sql`now()`),
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
  await db.delete(answers).where(lt(answers.expiresAt, sql`now()`));
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
    await round("settle", () => settleUnattended(db, chains));
    await round("sweep", () => sweep(db));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
  }
}
