import { connect, type Socket } from "node:net";
import { type Answer, readAnswer } from "./answer";

/** What is asked of a server, over connections that are kept and never pipelined. */
export interface Load {
  port: number;
  connections: number;
  /** The next request of a connection, whole, as bytes; null when it has none left. */
  next(connection: number): Buffer | null;
  /** Whether an answer is what was asked for; others are counted apart, and end the load when they are many. */
  isGood(answer: Answer): boolean;
  /** The pause from one request of a connection to its next, in ms; without one, each follows the answer before it. */
  everyMs?: number;
}

/** What came of a load. */
export interface Answered {
  /** Good ones; only they count. */
  answers: number;
  /** Answers that were not good. */
  refused: number;
  /** Good answers in a second. */
  perSecond: number;
  /**
   * From the first byte of a request written, or from when it was due and had to wait for its connection, to the last of
   * its answer read, in ms; one for each answer.
   */
  latenciesMs: number[];
}

const READ_BYTES = 64 * 1024;
const SILENCE_MS = 60_000;
/** More refusals than this part of all answers, and what is measured is not the thing that was meant. */
const REFUSED_PART = 0.1;
const REFUSED_ANYWAY = 20;

/** Loads a server until no connection has a request left; throws when too many answers were refusals. */
export async function load(options: Load): Promise<Answered> {
  const wires = await Promise.all(Array.from({ length: options.connections }, () => open(options.port)));
  const tally: Tally = { latenciesMs: [], refused: 0 };
  const began = performance.now();
  try {
    await Promise.all(wires.map((wire, connection) => drive(wire, connection, options, tally)));
  } finally {
    for (const { socket } of wires) socket.destroy();
  }
  const seconds = (performance.now() - began) / 1000;
  const { latenciesMs, refused } = tally;
  const answers = latenciesMs.length;
  return { answers, refused, perSecond: answers / seconds, latenciesMs };
}

/** Requests of the same bytes, for as long. */
export function during(ms: number, request: (connection: number) => Buffer): Load["next"] {
  const until = performance.now() + ms;
  return (connection) => (performance.now() < until ? request(connection) : null);
}

/** Requests of a list, to whichever connection is free. */
export function each(requests: readonly Buffer[]): Load["next"] {
  let at = 0;
  return () => requests[at++] ?? null;
}

interface Tally {
  latenciesMs: number[];
  refused: number;
}

interface Wire {
  socket: Socket;
  /** Called with what was read, a view that is valid until it returns. */
  onBytes: (bytes: Buffer) => void;
}

/** Every read of a connection goes into one buffer of its own, so that reading allocates nothing. */
function open(port: number): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const wire: Wire = {
      socket: connect({
        ...{ port, host: "127.0.0.1", noDelay: true },
        onread: {
          buffer,
          callback: (length) => {
            wire.onBytes(buffer.subarray(0, length));
            return true;
          },
        },
      }),
      onBytes: () => {},
    };
    wire.socket.once("error", reject).once("connect", () => resolve(wire));
  });
}

function drive(wire: Wire, connection: number, options: Load, tally: Tally): Promise<void> {
  const { next, isGood, everyMs } = options;
  const { socket } = wire;
  // Spread over the pause, so that connections do not ask all at once.
  let dueAt = performance.now() + ((everyMs ?? 0) * connection) / options.connections;
  let askedAt = 0;
  let before: Buffer | null = null;
  return new Promise((resolve, reject) => {
    const send = (from: number) => {
      const request = next(connection);
      if (request === null) return resolve();
      askedAt = from;
      socket.write(request);
    };
    const sendWhenDue = () => {
      const now = performance.now();
      if (everyMs === undefined) return send(now);
      // A call that was due while its connection waited for an answer has waited since then.
      if (dueAt <= now) send(dueAt);
      else setTimeout(() => send(performance.now()), dueAt - now);
      dueAt += everyMs;
    };
    wire.onBytes = (bytes) => {
      try {
        const seen = before === null ? bytes : Buffer.concat([before, bytes]);
        const answer = readAnswer(seen);
        if (answer === null) {
          before = Buffer.from(seen);
          return;
        }
        before = null;
        if (isGood(answer)) tally.latenciesMs.push(performance.now() - askedAt);
        else countRefusal(tally, answer);
        sendWhenDue();
      } catch (error) {
        reject(error);
      }
    };
    socket.removeAllListeners("error");
    socket.on("error", reject);
    socket.once("close", () => reject(new Error("The server closed a connection")));
    socket.setTimeout(SILENCE_MS, () => reject(new Error("The server fell silent")));
    sendWhenDue();
  });
}

function countRefusal(tally: Tally, { head, body }: Answer): void {
  tally.refused += 1;
  const most = Math.max(REFUSED_ANYWAY, tally.latenciesMs.length * REFUSED_PART);
  if (tally.refused > most) throw new Error(`Not what was asked for: ${head}\n${body}`);
}
