/** Says how far a campaign is: `note` is what it does right now, in a few words. */
export type Progress = (done: number, total: number, note?: string) => void;

const WIDTH = 30;
const LINE_EVERY_MS = 10_000;

/** Draws a bar on a terminal; writes a line now and then where standard error is none. */
export function progressOf(campaign: string, err: NodeJS.WriteStream = process.stderr): Progress {
  const from = performance.now();
  let written = Number.NEGATIVE_INFINITY;
  return (done, total, note = "") => {
    const now = performance.now();
    if (!err.isTTY && now - written < LINE_EVERY_MS && done < total) return;
    written = now;
    const full = total === 0 ? WIDTH : Math.round((Math.min(done, total) / total) * WIDTH);
    const bar = `${"█".repeat(full)}${"░".repeat(WIDTH - full)}`;
    const seconds = Math.round((now - from) / 1000);
    const text = `${campaign} ${bar} ${done}/${total} ${seconds} s ${note}`;
    err.write(err.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  };
}

/** Says nothing: for campaigns inside `npm test`. */
export const silent: Progress = () => {};
