import type { Sql, TransactionSql } from "postgres";
import { hasCode } from "./error-code";

/** With what a statement fails whose connection is gone: codes of the driver and the system, and the server's last words. */
const LOST = /^(CONN|ECONN|EPIPE|ETIMEDOUT|08|57P0|25P03)/;

/**
 * Begins a transaction that fails when its connection is lost. By itself postgres.js 3.4 then writes the rollback, or the
 * next statement, where no socket is any more: that ends the process, or spoils the connection that comes after (its
 * issues 1208 and 1066). So nothing more is said on it, and the work is left unfinished.
 */
export async function beginSurviving(pool: Sql, work: (tx: TransactionSql) => unknown): Promise<unknown> {
  let over = false;
  let lose: (error: unknown) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  const outcome = pool.begin(async (tx) => {
    const { unsafe } = tx;
    tx.unsafe = (...statement) => {
      if (over) throw new Error("This transaction has lost its connection");
      return unsafe(...statement);
    };
    try {
      return await work(tx);
    } catch (error) {
      if (!over && !hasCode(error, LOST)) throw error;
      lose(error);
      return new Promise(() => {});
    }
  });
  try {
    // The driver itself tells of a lost connection when its socket closes, which that to a silent server never does.
    return await Promise.race([outcome, lost]);
  } catch (error) {
    over = true;
    throw error;
  }
}
