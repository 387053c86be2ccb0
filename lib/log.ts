import { AsyncLocalStorage } from "node:async_hooks";

/** Facts of one log line; bigints are written as digits, errors as name and message, never with their stack. */
export type LogFields = Record<string, unknown>;

/** Writes one structured line about what happened. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** RPC and facilitator URLs can carry keys in their path or query, and hide in library errors. */
function redact(text: string): string {
  return text.replace(
    /\b(https?|wss?|postgres(?:ql)?):\/\/([^\s"'<>]+)/gi,
    (_, scheme: string, rest: string) => {
      const host = (rest.split("@").pop() ?? "").split(/[/?#]/)[0];
      return `${scheme}://${host}/…`;
    },
  );
}

/** Enough to know a statement by, which drizzle puts whole into its messages. */
const LONGEST_MESSAGE = 160;

/** The first line of an error and of its causes: later lines of a library's message repeat what was sent. */
function summarize(error: Error): string {
  const [line = ""] = error.message.split("\n");
  const cut = line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
  const own = redact(`${error.name}: ${cut}`);
  return error.cause instanceof Error ? `${own} <- ${summarize(error.cause)}` : own;
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Error ? summarize(value) : value;
}

const requestId = new AsyncLocalStorage<string>();

/** Does some work for a request: every line that is logged on its way carries the id its caller was told. */
export function inRequest<T>(id: string, work: () => T): T {
  return requestId.run(id, work);
}

function write(level: string, event: string, fields: LogFields = {}): void {
  const request = requestId.getStore();
  const head = { at: new Date().toISOString(), level, event, ...(request === undefined ? {} : { request }) };
  const entries = Object.entries(fields).map(([key, value]) => [key, plain(value)]);
  process.stderr.write(`${JSON.stringify({ ...head, ...Object.fromEntries(entries) })}\n`);
}

/** The process's log: one JSON object a line on standard error, URLs cut to their host. */
export const log: Log = {
  info: (event, fields) => write("info", event, fields),
  warn: (event, fields) => write("warn", event, fields),
  error: (event, fields) => write("error", event, fields),
};
