import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import tls from "node:tls";
import { Client } from "undici";
import type { Destination, Guard, Peer } from "./guard";

/**
 * How long an unused connection is kept: less than the 5 s after which many servers close theirs, so that no call meets
 * a connection that is being closed. A server that closes earlier says so, or its close removes it.
 */
const IDLE_MS = 4_000;

/** How long before a server would close a connection it is given up: about as long as a call is on its way. */
const CLOSING_MS = 1_000;

/** No connection is used again this long after its name was looked up: the name may have moved. */
const MAX_AGE_MS = 60_000;

/** Longest head of an answer. */
const MAX_HEAD_BYTES = 16 * 1_024;

/** How long one address is tried alone before the next one is tried too (RFC 8305). */
const NEXT_ADDRESS_MS = 2_000;

/** What connections are opened with. */
export interface ConnectionOptions {
  guard: Guard;
  /** For name, TCP and TLS together. */
  connectTimeoutMs: number;
  /** A certificate authority in PEM to trust instead of the system's. */
  ca?: string;
}

/** Answers with addresses that were already judged, so that a second DNS answer cannot replace them (rebinding). */
function pinned(addresses: LookupAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, addresses);
    else callback(null, first?.address ?? "", first?.family);
  };
}

async function ready<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  // A socket can fail between two listeners; the wait below and the request hear of every failure that matters.
  socket.on("error", () => {});
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function open(peer: Peer, { guard, connectTimeoutMs, ca }: ConnectionOptions): Promise<Socket> {
  const signal = AbortSignal.timeout(connectTimeoutMs);
  const resolved = await guard.resolve(peer);
  signal.throwIfAborted();
  if (!resolved.ok) throw new Error(resolved.reason);
  const { host, port } = peer;
  const socket = connect({
    host,
    port,
    lookup: pinned(resolved.addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    noDelay: true,
  });
  await ready(socket, "connect", signal);
  // Judged once more, because this is the address that really answers: Node calls no lookup for IP literals.
  const objection = guard.objection(peer, socket.remoteAddress ?? "");
  if (objection !== null) {
    socket.destroy();
    throw new Error(objection);
  }
  if (!peer.secure) return socket;
  const servername = isIP(host) ? undefined : host;
  const options = { socket, host, servername, ca, ALPNProtocols: ["http/1.1"], rejectUnauthorized: true };
  return ready(tls.connect(options), "secureConnect", signal);
}

/** A connection that is guarded when it opens, and used by one call at a time. */
export class Connection {
  /** Speaks HTTP over it, and opens it at the first request. */
  readonly client: Client;
  #socket: Socket | null = null;
  #openedAt = 0;
  /** Whether it has answered a call. */
  isUsed = false;

  constructor(peer: Destination, options: ConnectionOptions) {
    this.client = new Client(`${peer.secure ? "https" : "http"}://${peer.authority}`, {
      connect: (_, callback) => {
        open(peer, options).then(
          (socket) => callback(null, this.#adopt(socket)),
          (error: Error) => callback(error, null),
        );
      },
      pipelining: 1,
      maxHeaderSize: MAX_HEAD_BYTES,
      // Whoever waits knows how long: a call for its head, a reader for its body.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      keepAliveTimeoutThreshold: CLOSING_MS,
    });
  }

  /** Whether another call may use it: it stands, is not too old, and has taken in all of what was sent. */
  get isReusable(): boolean {
    const socket = this.#socket;
    if (socket === null || socket.destroyed || socket.writableLength > 0) return false;
    return Date.now() - this.#openedAt <= MAX_AGE_MS - IDLE_MS;
  }

  /** Whether it broke, which the end of a body that has no length must not hide. */
  get isBroken(): boolean {
    return Boolean(this.#socket?.errored);
  }

  #adopt(socket: Socket): Socket {
    this.#socket = socket;
    this.#openedAt = Date.now();
    this.isUsed = false;
    return socket;
  }
}

/** The connections to every upstream of a process. */
export class ConnectionPool {
  readonly #options: ConnectionOptions;
  /** By peer; the one used last comes last. */
  readonly #idle = new Map<string, Connection[]>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Takes the connection that was used last, so that the others grow old, or else a new one. */
  take(peer: Destination): Connection {
    const kept = this.#idle.get(keyOf(peer))?.pop();
    if (kept) return kept;
    const connection = new Connection(peer, this.#options);
    connection.client.on("disconnect", () => this.#forget(peer, connection));
    return connection;
  }

  /** Takes back one whose call is over, for the next; ends it when it is not fit for one. */
  keep(peer: Destination, connection: Connection): void {
    connection.isUsed = true;
    if (!connection.isReusable) return void connection.client.destroy();
    const key = keyOf(peer);
    const others = this.#idle.get(key);
    if (others) others.push(connection);
    else this.#idle.set(key, [connection]);
  }

  #forget(peer: Destination, connection: Connection): void {
    const key = keyOf(peer);
    const others = this.#idle.get(key);
    if (!others?.includes(connection)) return;
    const left = others.filter((other) => other !== connection);
    if (left.length > 0) this.#idle.set(key, left);
    else this.#idle.delete(key);
    void connection.client.destroy();
  }
}

function keyOf({ secure, authority }: Destination): string {
  return `${secure ? "https" : "http"}://${authority}`;
}
