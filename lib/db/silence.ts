/** Thrown where a server said nothing for too long: what came of the statement is as unknown as when its connection broke. */
export class StatementStalled extends Error {
  override name = "StatementStalled";
  readonly code = "ETIMEDOUT";

  constructor(limitMs: number) {
    super(`No answer in ${limitMs} ms`);
  }
}

/** Watches for how long answers are waited for. */
export interface Silence {
  begin(): void;
  end(): void;
  /** From the next `begin` on, silence may last as long. */
  allow(limitMs: number): void;
  close(): void;
}

/** Opens a watch that tells when nothing was begun or ended for too long while something is under way. */
export function openSilence(limitMs: number, onTooLong: (limitMs: number) => void): Silence {
  let allowedMs = limitMs;
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;
  function restart() {
    clearTimeout(timer);
    if (underWay > 0) timer = setTimeout(() => onTooLong(allowedMs), allowedMs);
  }
  return {
    begin() {
      underWay += 1;
      restart();
    },
    end() {
      underWay -= 1;
      restart();
    },
    allow(ms) {
      allowedMs = ms;
    },
    close() {
      underWay = 0;
      restart();
    },
  };
}
