import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "./campaign";
import type { RpcBehaviour } from "./proxies";
import type { Stack } from "./stack";

/** How long a node takes here to answer: about as long as real ones, so that payments find others on their way. */
const ANSWERS_AFTER_MS = 100;

/** A chain that takes its time; `behave` is what else it does. */
export function unhurried(behave: RpcBehaviour = (_, forward) => forward()): RpcBehaviour {
  return async (call, forward) => {
    await sleep(ANSWERS_AFTER_MS);
    return behave(call, forward);
  };
}

/** Without which nothing would have been tried of transactions that settle many payments. */
export const TOGETHER = "payments were settled together, several by one transaction";

/** Holds that some payments went together. */
export async function holdTogether({ parts }: Stack, hold: Context["hold"]): Promise<void> {
  const [row] = await parts.database.sql<{ count: number }[]>`
    select count(*)::int as count from (
      select chain_tx_id from payments where money in ('settled', 'final') group by 1 having count(*) > 1) many`;
  const count = row?.count ?? 0;
  hold(TOGETHER, Math.max(count, 1), count > 0 ? [] : ["every payment was settled by itself"]);
}
