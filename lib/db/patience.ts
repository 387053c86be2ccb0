import type { Sql, TransactionSql } from "postgres";
import { despiteConflicts } from "./conflicts";
import type { Gate } from "./gate";
import { asQuery } from "./query";
import type { RenewablePool } from "./renewable";
import { StatementStalled } from "./silence";
import { transact } from "./transaction";

/** A statement that stands alone is given up after this: the server would have ended it before, so it is gone, or the way there. */
const DEADLINE_MS = 5_000;

async function inTime<T>(outcome: Promise<T>, limitMs: number, onLate: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const stall = () => {
      reject(new StatementStalled(limitMs));
      onLate();
    };
    timer = setTimeout(stall, limitMs);
  });
  return Promise.race([outcome, late]).finally(() => clearTimeout(timer));
}

/**
 * Closes the gap before the rows of a result: postgres.js 3.4 goes on counting where the statement before it on this
 * connection failed, if that had given rows by then, and leaves as many places empty.
 */
function withoutGap<T extends unknown[]>(rows: T): T {
  if (!(0 in rows))
    rows.splice(
      0,
      rows.findIndex((_, index) => index in rows),
    );
  return rows;
}

/**
 * Makes a pool's patience finite: whoever finds no connection free is refused by the gate, a stalled statement is given
 * up and its pool replaced, and what the database undid because of a conflict runs again. So a transaction's work may run
 * more than once: it must touch nothing but the transaction. What was given up keeps its place until the driver knows how
 * it ended.
 */
export function withPatience(pool: RenewablePool, gate: Gate): Sql {
  const unsafe = (...statement: Parameters<Sql["unsafe"]>) =>
    asQuery((asArrays) => {
      let used: Sql | null = null;
      const run = async () => {
        used = pool.current();
        const query = used.unsafe(...statement);
        return withoutGap(await (asArrays ? query.values() : query));
      };
      const outcome = despiteConflicts(() => gate.enter(run));
      return inTime(outcome, gate.waitMs + DEADLINE_MS, () => used && pool.renew(used));
    });
  const begin = (work: (tx: TransactionSql) => unknown) =>
    despiteConflicts(() =>
      gate.enter(() => {
        const used = pool.current();
        return transact(used, work, () => pool.renew(used));
      }),
    );
  const own = { unsafe, begin };
  return new Proxy(pool.current(), {
    get: (target, key) => (key === "unsafe" || key === "begin" ? own[key] : Reflect.get(target, key)),
  });
}
