import { connect, type Socket } from "node:net";
import { type Answer, readAnswer } from "./answer";

/** What is asked of a server, over connections that are kept and never pipelined. */
export interface Load {
  port: number;
  connections: number;
  /** The next request of a connection, whole, as bytes; null when it has none left. */
  next(connection: number): Buffer | null;
  /** Whether an answer is what was asked for; the first that is not ends the load with an error. */
  isGood(answer: Answer): boolean;
  /** The pause from one request of a connection to its next, in ms; without one, each follows the answer before it. */
  everyMs?: number;
}

/** What came of a load. */
export interface Answered {
  answers: number;
  perSecond: number;
  /** From the first byte of a request written to the last of its answer read, in ms; one for each answer. */
  latenciesMs: number[];
}

const READ_BYTES = 64 * 1024;
const SILENCE_MS = 60_000;

/** Loads a server until no connection has a request left. */
export async function load(options: Load): Promise<Answered> {
  const sockets = await Promise.all(Array.from({ length: options.connections }, () => open(options.port)));
  const latenciesMs: number[] = [];
  const began = performance.now();
  try {
    await Promise.all(sockets.map((socket, connection) => drive(socket, connection, options, latenciesMs)));
  } finally {
    for (const { socket } of sockets) socket.destroy();
  }
  const seconds = (performance.now() - began) / 1000;
  return { answers: latenciesMs.length, perSecond: latenciesMs.length / seconds, latenciesMs };
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

function drive(wire: Wire, connection: number, options: Load, latenciesMs: number[]): Promise<void> {
  const { next, isGood, everyMs } = options;
  const { socket } = wire;
  // Spread over the pause, so that connections do not ask all at once.
  let dueAt = performance.now() + ((everyMs ?? 0) * connection) / options.connections;
  let sentAt = 0;
  let before: Buffer | null = null;
  return new Promise((resolve, reject) => {
    const send = () => {
      const request = next(connection);
      if (request === null) return resolve();
      sentAt = performance.now();
      socket.write(request);
    };
    const sendWhenDue = () => {
      if (everyMs === undefined) return send();
      setTimeout(send, Math.max(0, dueAt - performance.now()));
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
        if (!isGood(answer)) throw new Error(`Not what was asked for: ${answer.head}\n${answer.body}`);
        latenciesMs.push(performance.now() - sentAt);
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
