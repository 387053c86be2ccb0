import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import http from "node:http";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import type { Guard, Peer } from "./guard";

/**
 * How long an unused connection is kept: less than the 5 s after which many servers close theirs, so that no call meets
 * a connection that is being closed. A server that closes earlier says so, or its close removes it.
 */
const IDLE_MS = 4_000;

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

/** Ends a connection on which bytes arrive that nobody asked for: they would answer the next caller's request. */
function refuseUnsolicited(this: Duplex): void {
  this.destroy();
}

/** A pool of connections that were guarded when they opened; always used with http.request, also over TLS. */
export class GuardedAgent extends http.Agent {
  readonly #openedAt = new WeakMap<Duplex, number>();
  readonly #secure: boolean;
  readonly #options: ConnectionOptions;

  constructor(secure: boolean, options: ConnectionOptions) {
    super({ keepAlive: true, timeout: IDLE_MS });
    this.#secure = secure;
    this.#options = options;
  }

  override createConnection(
    { host, port }: http.ClientRequestArgs,
    callback: (error: Error | null, socket?: Duplex) => void,
  ): undefined {
    open({ secure: this.#secure, host: host ?? "", port: Number(port) }, this.#options).then((socket) => {
      this.#openedAt.set(socket, Date.now());
      callback(null, socket);
    }, callback);
  }

  override keepSocketAlive(socket: Duplex): boolean {
    const age = Date.now() - (this.#openedAt.get(socket) ?? 0);
    if (age > MAX_AGE_MS - IDLE_MS || socket.readableLength > 0) return false;
    socket.on("data", refuseUnsolicited);
    return Boolean(super.keepSocketAlive(socket));
  }

  override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
    socket.off("data", refuseUnsolicited);
    super.reuseSocket(socket, request);
  }
}
