/** How long an attempt may be silent before the next one begins beside it, and how long all of them have. */
export interface Patience {
  hedgeMs: number;
  deadlineMs: number;
}

/**
 * Makes attempts until one succeeds: the next begins when one fails, or beside those that are silent for too long.
 * Rejects with the last failure when all failed, and with an Error at the deadline. What is still under way then ends unseen.
 */
export function hedged<T>(attempts: readonly (() => Promise<T>)[], patience: Patience): Promise<T> {
  return new Promise((resolve, reject) => {
    let begun = 0;
    let failed = 0;
    let hedge: NodeJS.Timeout | undefined;
    const deadline = setTimeout(() => {
      clearTimeout(hedge);
      reject(new Error(`No answer within ${patience.deadlineMs} ms`));
    }, patience.deadlineMs);

    const end = () => {
      clearTimeout(hedge);
      clearTimeout(deadline);
    };
    const begin = () => {
      clearTimeout(hedge);
      const attempt = attempts[begun];
      if (attempt === undefined) return;
      begun += 1;
      if (begun < attempts.length) hedge = setTimeout(begin, patience.hedgeMs);
      attempt().then(
        (answer) => {
          end();
          resolve(answer);
        },
        (error: unknown) => {
          failed += 1;
          if (failed < attempts.length) return begin();
          end();
          reject(error);
        },
      );
    };
    begin();
  });
}
