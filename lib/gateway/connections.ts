import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import tls from "node:tls";
import type { Guard, Peer } from "./guard";

/**
 * How long an unused connection is kept: less than the 5 s after which many servers close theirs, so that no call meets
 * a connection that is being closed. A server that closes earlier says so, or its close removes it.
 */
const IDLE_MS = 4_000;

/** How long before a server would close a connection it is given up: about as long as a call is on its way. */
const CLOSING_MS = 1_000;

/** No connection is used again this long after its name was looked up: the name may have moved. */
const MAX_AGE_MS = 60_000;

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

/** Whoever uses a connection; told of everything that happens on it. */
export interface Occupant {
  onBytes(bytes: Buffer): void;
  /** The other end has said all it will. */
  onEnd(): void;
  /** It is gone: by this error, or because either end closed it. */
  onClose(error: NodeJS.ErrnoException | null): void;
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

/** A connection that was guarded when it opened, used by one call at a time. */
export class Connection {
  readonly socket: Socket;
  readonly openedAt = Date.now();
  #occupant: Occupant | null = null;
  #uses = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Whether it has served a call before the one it serves now. */
  get reused(): boolean {
    return this.#uses > 1;
  }

  /** Gives it to a call. */
  occupy(occupant: Occupant): void {
    clearTimeout(this.#idle);
    this.#occupant = occupant;
    this.#uses++;
    if (this.reused) this.socket.ref();
    else this.#listen();
  }

  /** Takes it from its call, to be closed after some ms unless it is given to another; it keeps no process alive. */
  vacate(idleMs: number): void {
    this.#occupant = null;
    this.#idle = setTimeout(() => this.socket.destroy(), idleMs).unref();
    this.socket.unref();
  }

  #listen(): void {
    const { socket } = this;
    let failure: NodeJS.ErrnoException | null = null;
    // Bytes that nobody asked for would answer the next call.
    socket.on("data", (bytes) => (this.#occupant ? this.#occupant.onBytes(bytes) : socket.destroy()));
    socket.on("end", () => (this.#occupant ? this.#occupant.onEnd() : socket.destroy()));
    socket.on("error", (error) => {
      failure = error;
    });
    socket.on("close", () => this.#occupant?.onClose(failure));
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

  /** Takes the connection that was used last, so that the others grow old; null when none is free. */
  take(peer: Peer): Connection | null {
    return this.#idle.get(keyOf(peer))?.pop() ?? null;
  }

  /** Opens a new one; rejects when the guard objects or it does not come about in time. */
  async open(peer: Peer): Promise<Connection> {
    const connection = new Connection(await open(peer, this.#options));
    connection.socket.once("close", () => this.#forget(peer, connection));
    return connection;
  }

  /** Takes back one that is free again, and that its server keeps for so many ms. */
  keep(peer: Peer, connection: Connection, keptMs: number): void {
    const idleMs = Math.min(IDLE_MS, keptMs - CLOSING_MS);
    const tooOld = Date.now() - connection.openedAt > MAX_AGE_MS - IDLE_MS;
    if (idleMs <= 0 || tooOld || connection.socket.destroyed) return void connection.socket.destroy();
    connection.vacate(idleMs);
    const key = keyOf(peer);
    const others = this.#idle.get(key);
    if (others) others.push(connection);
    else this.#idle.set(key, [connection]);
  }

  #forget(peer: Peer, connection: Connection): void {
    const key = keyOf(peer);
    const others = this.#idle.get(key)?.filter((other) => other !== connection);
    if (others?.length) this.#idle.set(key, others);
    else this.#idle.delete(key);
  }
}

function keyOf({ secure, host, port }: Peer): string {
  return `${secure ? "https" : "http"}://${host}:${port}`;
}
