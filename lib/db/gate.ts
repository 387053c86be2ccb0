/** Thrown where no connection became free in time; its code is PostgreSQL's own for "too many connections". */
class PoolExhausted extends Error {
  override name = "PoolExhausted";
  readonly code = "53300";
}

/** How a gate stands; `waited` and `refused` count from its opening. */
export interface GateCounts {
  inside: number;
  waiting: number;
  waited: number;
  refused: number;
}

/** Lets in as many works at once as a pool has connections. */
export interface Gate {
  /** The longest anybody waits. */
  waitMs: number;
  /** Runs a work when there is a place; rejects with PoolExhausted when none became free in time. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  counts(): GateCounts;
}

/** Opens a gate: the driver by itself would let a statement wait for a connection for ever (faults E5). */
export function openGate(places: number, waitMs: number): Gate {
  const queue = new Set<() => void>();
  let inside = 0;
  let waited = 0;
  let refused = 0;

  function place(): Promise<void> {
    waited += 1;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        queue.delete(admit);
        refused += 1;
        reject(new PoolExhausted(`All ${places} connections stayed in use for ${waitMs} ms`));
      }, waitMs);
      const admit = () => {
        clearTimeout(late);
        resolve();
      };
      queue.add(admit);
    });
  }

  /** Whoever leaves hands its place to the one that waits longest. */
  function leave(): void {
    const [next] = queue;
    if (next === undefined) {
      inside -= 1;
      return;
    }
    queue.delete(next);
    next();
  }

  return {
    waitMs,
    async enter(work) {
      if (inside < places) inside += 1;
      else await place();
      try {
        return await work();
      } finally {
        leave();
      }
    },
    counts: () => ({ inside, waiting: queue.size, waited, refused }),
  };
}
