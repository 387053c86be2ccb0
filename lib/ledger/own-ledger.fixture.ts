import { and, eq, sql } from "drizzle-orm";
import { generatePrivateKey, type PrivateKeyAccount } from "viem/accounts";
import type { Chain } from "@/lib/chain/chain";
import { keptLog, Outside, openLocal, startOwnChain } from "@/lib/chain/fixture";
import { createOwnDatabase } from "@/lib/db/own-database.fixture";
import { chainTxs, payments, settlements } from "@/lib/db/schema";
import type { ClaimedPayment, NewPayment } from "@/lib/gateway/ports";
import { authorizationOf } from "./authorization";
import { ANSWER, losingBroadcasts, openTestLedger, relayerOf } from "./fixture";
import { submit } from "./submit";
import { settleUnattended } from "./workers/settle";

/** Opens a ledger on a chain and a database of its own, so that a test may take blocks back or stop the mining. */
export async function openOwnLedger() {
  const [own, database] = await Promise.all([startOwnChain(), createOwnDatabase()]);
  const relayerKey = generatePrivateKey();
  const chain = openLocal(own.rpcUrl, { relayerKey });
  const outside = new Outside(own.rpcUrl);
  await outside.giveGas(relayerOf(chain).address);
  const test = openTestLedger(new Map([[chain.network.id, chain]]), database.url);
  const { db } = test;
  const log = keptLog();

  /** A payment whose answer is kept, by a payer of its own. */
  async function answered(
    over: Partial<NewPayment> = {},
    payer?: PrivateKeyAccount,
  ): Promise<ClaimedPayment> {
    const minted = await test.mintPayment(over, payer ?? (await outside.payer(10_000n)));
    const payment = await test.claimWork(minted);
    await test.ledger.keepAnswer(payment, ANSWER);
    return payment;
  }

  /** A payment that was answered, charged and proven. */
  async function settled(): Promise<ClaimedPayment> {
    const payment = await answered();
    const charge = await test.ledger.settle(payment);
    if (charge.outcome !== "settled") throw new Error(`The charge came to ${charge.outcome}`);
    await test.abandon(payment);
    return payment;
  }

  /** Signs and stores a payment's transaction, sends it or loses it, and lets its process die some time ago. */
  async function sent(payment: ClaimedPayment, by: Chain = losingBroadcasts(chain)): Promise<void> {
    await submit(db, by, payment, authorizationOf(payment));
    await test.abandon(payment);
    await db.update(chainTxs).set({ createdAt: sql`now() - interval '1 minute'` });
  }

  /** Lets a payment have been sent long enough ago to be sent again. */
  async function rest({ id }: { id: string }): Promise<void> {
    await db
      .update(payments)
      .set({ submittedAt: sql`now() - interval '11 seconds'` })
      .where(eq(payments.id, id));
  }

  /** One round of the settler, that finds every submitted payment unattended. */
  async function settleRound(): Promise<void> {
    await db.update(payments).set({ leaseUntil: null }).where(eq(payments.money, "submitting"));
    await settleUnattended(db, new Map([[chain.network.id, chain]]), log);
  }

  /** Takes the newest blocks back, without their transactions; viem names no such action. */
  const reorg = (depth: number) =>
    outside.client.request<{ Method: "anvil_reorg"; Parameters: [number, []]; ReturnType: null }>({
      method: "anvil_reorg",
      params: [depth, []],
    });

  const settlementsOf = ({ id }: { id: string }) =>
    db.select().from(settlements).where(eq(settlements.paymentId, id)).orderBy(settlements.createdAt);

  const versionsOf = async (accountNonce: number) =>
    db
      .select()
      .from(chainTxs)
      .where(and(eq(chainTxs.sender, relayerOf(chain).address), eq(chainTxs.accountNonce, accountNonce)))
      .orderBy(chainTxs.version);

  async function close(): Promise<void> {
    await test.close();
    await own.stop();
    await database.drop();
  }

  return {
    ...test,
    rpcUrl: own.rpcUrl,
    databaseUrl: database.url,
    relayerKey,
    chain,
    outside,
    log,
    answered,
    settled,
    sent,
    rest,
    settleRound,
    reorg,
    settlementsOf,
    versionsOf,
    close,
  };
}
