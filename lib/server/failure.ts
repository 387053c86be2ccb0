import { BadConfiguration } from "@/lib/env";
import type { Log } from "@/lib/log";

/** A start that cannot go on for a reason outside the program; its message is one line for the operator. */
export class CannotStart extends Error {
  override name = "CannotStart";
}

/** Ends the process on a bug nobody caught: it is logged, and what runs on after it could not be trusted with money. */
export function failOnUncaught(log: Log): void {
  const fail = (event: string) => (error: unknown) => {
    log.error(event, { error, stack: error instanceof Error ? framesOf(error) : undefined });
    process.exit(1);
  };
  process.on("uncaughtException", fail("uncaught_exception"));
  process.on("unhandledRejection", fail("unhandled_rejection"));
}

/** Says why the process cannot go on, in a line for what the operator can mend and with its frames for a bug; exits 1. */
export function failToStart(error: unknown): never {
  const expected = error instanceof CannotStart || error instanceof BadConfiguration;
  const text =
    error instanceof Error ? (expected ? error.message : `${error.message}\n${framesOf(error)}`) : "";
  process.stderr.write(`Farebox: ${text}\n`);
  process.exit(1);
}

/** Where an error was thrown, without its message, which may hold what must not be logged. */
function framesOf(error: Error): string {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
