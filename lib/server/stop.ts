import type { Log } from "@/lib/log";

/** Runs `stop` at the first SIGTERM or SIGINT and exits 0 when it is done; a second signal does not wait. */
export function onStopSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  const receive = async (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info("stopping", { signal });
    await stop();
    process.exit(0);
  };
  process.on("SIGTERM", receive);
  process.on("SIGINT", receive);
}
