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

/**
 * Makes all attempts at once, and resolves with what succeeded when all have ended; those that are silent for too long are
 * waited for only while there is nothing else. Rejects when none succeeded, at the deadline at the latest.
 */
export function gathered<T>(
  attempts: readonly (() => Promise<T>)[],
  patience: Patience,
): Promise<readonly [T, ...T[]]> {
  return new Promise((resolve, reject) => {
    const answers: T[] = [];
    let ended = 0;
    let isLate = false;

    const finish = () => {
      clearTimeout(hedge);
      clearTimeout(deadline);
      const [first, ...others] = answers;
      if (first === undefined) reject(new Error("No answer"));
      else resolve([first, ...others]);
    };
    const consider = () => {
      if (ended === attempts.length || (isLate && answers.length > 0)) finish();
    };
    const hedge = setTimeout(() => {
      isLate = true;
      consider();
    }, patience.hedgeMs);
    const deadline = setTimeout(finish, patience.deadlineMs);
    const end = () => {
      ended += 1;
      consider();
    };
    for (const attempt of attempts) {
      attempt().then((answer) => {
        answers.push(answer);
        end();
      }, end);
    }
    consider();
  });
}
