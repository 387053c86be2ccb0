import type { Sql } from "postgres";

/** How long what is under way on a pool that was replaced may take to end, before its connections are broken. */
const GRACE_SECONDS = 5;

/** A pool that is replaced when a statement on it stalls. */
export interface RenewablePool {
  current(): Sql;
  /** Replaces the pool, unless that was done already since it was `current`. */
  renew(stalled: Sql): void;
  end(): Promise<void>;
}

/**
 * Opens a pool that can be replaced while it is used. A server whose machine is gone breaks no connection, and the system
 * waits for a quarter of an hour until it does: whoever fell silent would hold its place in the pool for that long.
 */
export function openRenewable(open: () => Sql): RenewablePool {
  let pool = open();
  return {
    current: () => pool,
    renew(stalled) {
      if (stalled !== pool) return;
      pool = open();
      // Drizzle sets on the pool it was given how types are read and written.
      Object.assign(pool.options.parsers, stalled.options.parsers);
      Object.assign(pool.options.serializers, stalled.options.serializers);
      stalled.end({ timeout: GRACE_SECONDS }).catch(() => {});
    },
    end: () => pool.end({ timeout: GRACE_SECONDS }),
  };
}
