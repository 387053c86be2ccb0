import { setTimeout as sleep } from "node:timers/promises";
import { and, inArray, isNull } from "drizzle-orm";
import { settlements } from "@/lib/db/schema";
import { reasonFor } from "@/lib/x402/reasons";
import { lookAround } from "./look-around";
import { PATIENCE_MS } from "./patience";
import { presentAsModelled } from "./present";
import type { Model } from "./state";
import type { Presentation, World } from "./world";

const PRICE_UNITS = 10_000n;
const WORK_AGAIN_MS = 10;

/** Heals everything, lets the workers finish, fetches what was paid for, and then holds the whole sequence to account. */
export async function judge(model: Model, world: World): Promise<void> {
  const wrongs: string[] = [];
  await heal(model, world);
  await fetchPaid(model, world, wrongs);
  await judgeMoney(model, world, wrongs);
  for (const number of model.payments.keys()) judgeAnswers(model, world, number, wrongs);
  for (const bug of world.lane.takeBugs()) wrongs.push(`a replica met a bug: ${bug}`);
  if (wrongs.length > 0) throw new Error(wrongs.join("\n"));
}

async function heal(model: Model, world: World): Promise<void> {
  const { gate, mempool } = world.lane;
  model.chain = { holding: false, pricing: true };
  mempool.quote(true);
  for (const { target } of world.payments) gate.release(target, "answers");
  await world.mine();
  await world.settleDown(model);
  await world.passTime();
  const until = performance.now() + PATIENCE_MS;
  for (let round = 0, open = true; open && performance.now() < until; round++) {
    await world.work(round);
    await world.passTime();
    await sleep(WORK_AGAIN_MS);
    open = (await world.rows()).some(
      (row) => row?.money === "submitting" || (row?.delivery === "pending" && row.money !== "void"),
    );
  }
  await lookAround(model, world, "everything");
}

async function fetchPaid(model: Model, world: World, wrongs: string[]): Promise<void> {
  for (const [i, payment] of model.payments.entries()) {
    payment.row = (await world.rows())[i] ?? null;
    const { row, boundTo, nonce } = payment;
    if (row?.money === "submitting" || (row?.money === "held" && row.delivery === "pending"))
      wrongs.push(`payment ${i} stays ${row.money}/${row.delivery}`);
    if (row === null || boundTo === null || (nonce !== "ours" && nonce !== "a stranger's")) continue;
    const wrong = await presentAsModelled(model, world, {
      ...{ number: i, at: boundTo, replica: 1, upstream: "answers" },
    });
    if (wrong !== null) wrongs.push(`payment ${i}, paid for, at the end: ${wrong}`);
    payment.row = (await world.rows())[i] ?? null;
  }
}

/** The chain paid the payout address once for every nonce it used, and the ledger says so of each that it was told of. */
async function judgeMoney(model: Model, world: World, wrongs: string[]): Promise<void> {
  const ids = model.payments.flatMap(({ row }) => row?.id ?? []);
  const booked =
    ids.length === 0
      ? []
      : await world.lane.database.db
          .select()
          .from(settlements)
          .where(and(inArray(settlements.paymentId, ids), isNull(settlements.orphanedAt)));
  let moved = 0n;
  for (const [i, { row, nonce }] of model.payments.entries()) {
    const paid = row?.money === "settled" || row?.money === "final";
    const used = await world.isUsed(i);
    if (used && nonce !== "cancelled") moved += PRICE_UNITS;
    if (paid && (!used || nonce === "cancelled"))
      wrongs.push(`payment ${i} is ${row.money}, and no money moved`);
    if (used && nonce === "unused")
      wrongs.push(`payment ${i} moved money, and the ledger says ${row?.money}`);
    const times = booked.filter(({ paymentId }) => paymentId === row?.id).length;
    if (times !== (paid ? 1 : 0)) wrongs.push(`payment ${i} is ${row?.money} and was booked ${times} times`);
  }
  const balance = await world.balanceOf(world.payTo);
  if (balance !== moved) wrongs.push(`the payout address holds ${balance} instead of ${moved}`);
}

function judgeAnswers(model: Model, world: World, number: number, wrongs: string[]): void {
  const { row, boundTo } = model.payments[number] ?? { row: null, boundTo: null };
  const told = world.presentations.filter(({ payment, lost }) => payment === number && !lost);
  const paid = row?.money === "settled" || row?.money === "final";
  const bodies = new Set<string>();
  for (const presentation of told) {
    const wrong = unfit(presentation, paid && boundTo === presentation.at ? row.id : null);
    if (wrong !== null) wrongs.push(`payment ${number}: ${wrong}`);
    if (presentation.told?.body) bodies.add(presentation.told.body);
  }
  if (bodies.size > 1) wrongs.push(`payment ${number} got ${bodies.size} different answers`);
  const demanded = told.filter((each) => each.told?.status === 402).map(({ ended }) => ended ?? 0);
  const lastDemand = Math.max(0, ...demanded);
  const usedSince =
    told.some(({ begun }) => begun > lastDemand) || (world.sentByStranger.get(number) ?? 0) > 0;
  if (paid && demanded.length > 0 && !usedSince)
    wrongs.push(`payment ${number} was refused with 402, and settled`);
  const { asked, atOnce } = world.lane.gate.counts(world.payment(number).target);
  if (atOnce > 0) wrongs.push(`the upstream was asked twice at once for payment ${number}`);
  if (asked > 5) wrongs.push(`the upstream was asked ${asked} times for payment ${number}`);
}

/** Why nobody may be told this, or null; `id` is that of the payment when it is paid. */
function unfit({ told }: Presentation, id: string | null): string | null {
  if (told === null) return "somebody never got an answer";
  const { status, code, body } = told;
  if (body !== null) {
    if (id === null) return `served ${status} without being paid`;
    return body.includes(id) ? null : "served what was made for another payment";
  }
  if (status === 500 && code === null) return null;
  const reason = code === null ? undefined : reasonFor(code);
  if (reason?.status !== status || status === 500) return `told ${status} ${code}`;
  return null;
}
