import type { Context, Figures } from "./campaign";
import { type Answer, mayBeServedLater } from "./client";
import type { SignedPayment } from "./payers";
import { SPELLINGS } from "./spellings";
import type { Stack } from "./stack";
import { holdTogether, unhurried } from "./together";

/** Payments; the copies of each are more at full size. */
export const sizes = { full: 1000, test: 50 };

/** What this campaign holds besides the oracles of all. */
export const ONE_CALL = "A1: one call of the upstream for all copies";
export const STORED_ANSWER = "A2: the stored answer for a copy that comes later";
export const ONE_MEANING = "A6: another spelling is the same payment, or refused with 400";
export const ONE_ROW = "A6: one row for each payment";

const COPIES = { full: 32, test: 16 };
const PAYMENTS_AT_ONCE = 6;
const WORK_MS = 300;
const SERVED_WITHIN_MS = 60_000;

/** Presents every payment in many copies and spellings at once to all replicas, and again later. */
export async function run({ size, random, progress, openStack, hold }: Context): Promise<Figures> {
  const stack = await openStack({ replicas: 3 });
  for (const rpc of stack.proxies.rpcs) rpc.behave(unhurried());
  const copies = size <= sizes.test ? COPIES.test : COPIES.full;
  const told = new Map<string, number>();
  const wrong = { calls: [] as string[], later: [] as string[], spellings: [] as string[] };
  let begun = 0;
  let done = 0;

  const replayNext = async () => {
    while (begun < size) {
      const number = begun++;
      const chance = random.fork(`payment ${number}`);
      const shop = chance.pick([stack.shops.after, stack.shops.before]);
      const payment = await stack.payers.sign(shop, `/now?n=${number}&wait=${chance.below(WORK_MS)}`);
      const spellings = Array.from({ length: copies - 1 }, () => chance.pick(SPELLINGS));
      const answers = await Promise.all(
        [SPELLINGS[0], ...spellings].map(([spelling, write]) =>
          stack.client.present(payment, { spelling, headers: write(payment) }),
        ),
      );
      for (const { status, code } of answers) count(told, `${status} ${code ?? "served"}`);
      wrong.spellings.push(...answers.filter(isUnfit).map((answer) => inWords(payment, answer)));
      // Where every copy was told to come again, this one is the first to be served.
      await stack.client.insist(payment, SERVED_WITHIN_MS);
      const again = await stack.client.insist(payment, SERVED_WITHIN_MS);
      if (again.status !== 200 || !again.replayed) wrong.later.push(inWords(payment, again));
      const calls = stack.upstream.calls(payment.target);
      if (calls !== 1) wrong.calls.push(`${payment.target}: the upstream was asked ${calls} times`);
      progress(++done, size);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PAYMENTS_AT_ONCE, size) }, replayNext));
  hold(ONE_CALL, size, wrong.calls);
  hold(STORED_ANSWER, size, wrong.later);
  hold(ONE_MEANING, size * copies, wrong.spellings);
  await holdOneRow(stack, size, hold);
  await holdTogether(stack, hold);
  return { payments: size, copies, presentations: stack.client.answers.length, ...Object.fromEntries(told) };
}

/** A copy may be served, told to come again, or told that its header is malformed: anything else would make two payments of one. */
function isUnfit(answer: Answer): boolean {
  const malformed = answer.status === 400 && answer.code === "invalid_payment_header";
  return !(answer.status === 200 || malformed || mayBeServedLater(answer));
}

async function holdOneRow(stack: Stack, size: number, hold: Context["hold"]): Promise<void> {
  const [row] = await stack.parts.database.sql<{ count: number }[]>`
    select count(*)::int as count from payments where merchant_id = ${stack.merchantId}`;
  const count = row?.count ?? 0;
  hold(ONE_ROW, size, count === size ? [] : [`${count} rows for ${size} payments`]);
}

function inWords({ target }: SignedPayment, { spelling, status, code }: Answer): string {
  return `${target} (${spelling}): ${status} ${code}`;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
