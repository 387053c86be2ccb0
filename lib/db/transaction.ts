import { type SQL, sql } from "drizzle-orm";
import type { Sql, TransactionSql } from "postgres";
import { hasCode } from "./error-code";
import { asQuery } from "./query";
import { openSilence, StatementStalled } from "./silence";

/** With what a statement fails whose connection is gone: codes of the driver and the system, and the server's last words. */
const LOST = /^(CONN|ECONN|EPIPE|ETIMEDOUT|08|57P0|25P03)/;

/** A statement of a transaction, or its end, is given up after this: the server would have ended it long before. */
const DEADLINE_MS = 10_000;

const LONGER = /^set local statement_timeout = '(\d+)min'$/;

/** Gives those statements of a transaction that come next up to so many minutes each, at the server and here. */
export async function allowMinutes(
  tx: { execute(query: SQL): Promise<unknown> },
  minutes: number,
): Promise<void> {
  await tx.execute(sql.raw(`set local statement_timeout = '${minutes}min'`));
}

/**
 * Runs a transaction that fails when its connection is lost, or silent for too long; then `onStall` is told. By itself
 * postgres.js 3.4 waits for a silent server for ever, and where no socket is any more, it writes the rollback or the next
 * statement: that ends the process, or spoils the connection that comes after (its issues 1208 and 1066). So nothing more is
 * said on it, and the work is left unfinished.
 */
export async function transact(
  pool: Sql,
  work: (tx: TransactionSql) => unknown,
  onStall: () => void,
): Promise<unknown> {
  let over = false;
  let lose: (error: unknown) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  const silence = openSilence(DEADLINE_MS, (limitMs) => {
    lose(new StatementStalled(limitMs));
    onStall();
  });

  // Silent until it has begun, while a statement is under way, and from its last statement until it has ended.
  silence.begin();
  const outcome = pool.begin(async (tx) => {
    silence.end();
    const { unsafe } = tx;
    const ask = (...statement: Parameters<typeof unsafe>) => {
      if (over) throw new Error("This transaction has lost its connection");
      const [text] = statement;
      return asQuery(async (asArrays) => {
        silence.begin();
        const query = unsafe(...statement);
        const rows = await (asArrays ? query.values() : query).finally(silence.end);
        const [, minutes] = LONGER.exec(text) ?? [];
        if (minutes) silence.allow(Number(minutes) * 60_000 + DEADLINE_MS);
        return rows;
      });
    };
    try {
      return await work(Object.assign(tx, { unsafe: ask }));
    } catch (error) {
      if (!over && !hasCode(error, LOST)) throw error;
      lose(error);
      return new Promise(() => {});
    } finally {
      silence.begin();
    }
  });
  try {
    return await Promise.race([outcome, lost]);
  } catch (error) {
    over = true;
    throw error;
  } finally {
    silence.close();
  }
}
