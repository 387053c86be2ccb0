import type { Sql, TransactionSql } from "postgres";
import { hasCode } from "./error-code";

/** With what a statement fails whose connection is gone: codes of the driver and the system, and the server's last words. */
const LOST = /^(CONN|ECONN|EPIPE|ETIMEDOUT|08|57P0|25P03)/;

/**
 * Lets transactions of a pool fail when their connection is lost. By itself postgres.js 3.4 then writes the rollback, or
 * the next statement, where no socket is any more: that ends the process, or spoils the connection that comes after
 * (its issues 1208 and 1066). So nothing more is said on it: its own `begin` rejects, and the work is left unfinished.
 */
export function survivingLostConnections(pool: Sql): Sql {
  function begin(work: (tx: TransactionSql) => unknown): Promise<unknown> {
    let over = false;
    const outcome = pool.begin(async (tx) => {
      const { unsafe } = tx;
      tx.unsafe = (...statement) => {
        if (over) throw new Error("This transaction has lost its connection");
        return unsafe(...statement);
      };
      try {
        return await work(tx);
      } catch (error) {
        if (over || hasCode(error, LOST)) return new Promise(() => {});
        throw error;
      }
    });
    outcome.catch(() => {
      over = true;
    });
    return outcome;
  }
  return new Proxy(pool, { get: (target, key) => (key === "begin" ? begin : Reflect.get(target, key)) });
}
