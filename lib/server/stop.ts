import type { Log } from "@/lib/log";

/** npm passes on a signal that the terminal has sent to the whole group already, so each comes twice. */
const ECHO_MS = 1_000;

/** Runs `stop` at the first SIGTERM or SIGINT and exits 0 when it is done; another signal later does not wait. */
export function onStopSignal(log: Log, stop: () => Promise<void>): void {
  let since: number | undefined;
  const receive = async (signal: NodeJS.Signals) => {
    if (since !== undefined) {
      if (performance.now() - since > ECHO_MS) process.exit(1);
      return;
    }
    since = performance.now();
    log.info("stopping", { signal });
    await stop();
    process.exit(0);
  };
  process.on("SIGTERM", receive);
  process.on("SIGINT", receive);
}
