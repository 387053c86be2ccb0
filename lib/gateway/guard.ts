import type { LookupAddress } from "node:dns";
import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { createAddressTable, isLocalName, isThisMachine } from "./addresses";
import { BoundedMap } from "./bounded-map";

/** Scheme, authority, and path with query: nothing else is looked at, and nothing decoded. */
const URL_PARTS = /^(https?):\/\/([^/?#\\\s]+)((?:[/?][\x21\x22\x24-\x7e\x80-\xff]*)?)$/i;

/** About what one judged authority takes, and what all may take. */
const JUDGED_BYTES = 1_024;
const MAX_JUDGED_BYTES = 16 * 1_024 * 1_024;

/** Where an https upstream may listen; any other port would make us a port scanner. */
const PUBLIC_PORTS = new Set([443, 8443]);

/** The other end of a connection. */
export interface Peer {
  /** Whether it is spoken to through TLS. */
  secure: boolean;
  /** Name in lower case, or an IP literal without brackets. */
  host: string;
  port: number;
}

/** Where a call goes: the authority taken apart, and the path and query as the text they came in. */
export interface Destination extends Peer {
  /** What the `Host` header says: brackets as needed, and the port unless it is the scheme's own. */
  authority: string;
  /** Path and query, beginning with `/`. */
  path: string;
}

/** What a merchant's URL is held against. */
export interface GuardOptions {
  /** CIDRs that may be reached although they are private, also by plain http and on any port. */
  privateUpstreams: readonly string[];
  /** `host:port` of everything of ours, which no upstream may be; a loopback host stands for this whole machine. */
  ownHosts: readonly string[];
  /** Resolves a host name to all its addresses; the system's resolver unless a test brings its own. */
  resolve?: (host: string) => Promise<readonly string[]>;
}

/** A refusal, in a sentence a merchant can act on; callers of the gateway never see it. */
export interface Refusal {
  ok: false;
  reason: string;
  /** Set when the name has no address (yet), so that nothing is known against it. */
  unresolved?: true;
}

/** Decides which URLs and which addresses merchants may make us call. */
export interface Guard {
  /** Takes a URL apart and refuses what its text alone forbids. */
  parse(url: string): { ok: true; destination: Destination } | Refusal;
  /** Resolves the host once and refuses it when any of its addresses is forbidden. */
  resolve(peer: Peer): Promise<{ ok: true; addresses: LookupAddress[] } | Refusal>;
  /** Says why this peer must not be reached at this address; null when it may be. */
  objection(peer: Peer, address: string): string | null;
}

const resolver = new Resolver({ timeout: 2_000, tries: 2 });

/**
 * Asks DNS without the thread pool that getaddrinfo would occupy: a merchant's dead name server must not hold up the
 * hashing and file work of everyone else. Local names are the operator's own and may stand in the hosts file.
 */
async function resolveBySystem(host: string): Promise<readonly string[]> {
  if (isLocalName(host)) return (await lookup(host, { all: true })).map(({ address }) => address);
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [v4, v6].flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  if (found.length === 0 && v4.status === "rejected") throw v4.reason;
  return found;
}

type ParsedPeer = { ok: true; peer: Peer & Pick<Destination, "authority"> } | Refusal;

function parseAuthority(scheme: string, given: string): ParsedPeer {
  const refuse = (reason: string): Refusal => ({ ok: false, reason });
  if (given.includes("@")) return refuse("Leave user name and password out of the URL; use a secret header.");
  const secure = scheme.toLowerCase() === "https";
  // WHATWG's parser folds every spelling of an IP address into one: only the authority goes through it.
  const parsed = URL.canParse(`${scheme}://${given}`) ? new URL(`${scheme}://${given}`) : null;
  if (!parsed || parsed.hostname === "") return refuse("This URL has no valid host name.");
  if (parsed.hostname.endsWith(".")) return refuse("Leave out the dot at the end of the host name.");
  return {
    ok: true,
    peer: {
      secure,
      host: parsed.hostname.replace(/^\[|\]$/g, ""),
      port: parsed.port === "" ? (secure ? 443 : 80) : Number(parsed.port),
      authority: parsed.host,
    },
  };
}

/** The port of an own host that is this machine; NaN, which is no port, when it is elsewhere. */
function localPort(ownHost: string): number {
  const colon = ownHost.lastIndexOf(":");
  const host = ownHost.slice(0, colon).replace(/^\[|\]$/g, "");
  return host === "localhost" || isThisMachine(host) ? Number(ownHost.slice(colon + 1)) : Number.NaN;
}

/** Makes the guard every call to a URL of a merchant's passes, when it is saved and again when it is made. */
export function createGuard({ privateUpstreams, ownHosts, resolve = resolveBySystem }: GuardOptions): Guard {
  const kindOf = createAddressTable(privateUpstreams);
  const ours = new Set(ownHosts.map((host) => host.toLowerCase()));
  // Only what listens here is refused by address: behind a proxy, a merchant's site may share our public one.
  const ourPorts = new Set(ownHosts.map(localPort));

  const objection: Guard["objection"] = ({ secure, host, port }, address) => {
    const kind = kindOf(address);
    if (kind === "forbidden") return "This URL leads to a private address. Use one that is public.";
    if (ourPorts.has(port) && isThisMachine(address)) return "This URL leads back to Farebox itself.";
    if (kind === "listed") return null;
    if (!secure) return "Use https: calls to your server must be encrypted.";
    if (isLocalName(host)) return "This host name belongs to a local network. Use one that is public.";
    return PUBLIC_PORTS.has(port) ? null : "Use port 443 or 8443: no other port is called.";
  };

  /** By the text before the path, which is the same in every call of an endpoint: it says the same every time. */
  const judged = new BoundedMap<ParsedPeer>(MAX_JUDGED_BYTES);

  function judge(scheme: string, given: string): ParsedPeer {
    const parsed = parseAuthority(scheme, given);
    if (!parsed.ok) return parsed;
    const { host, port } = parsed.peer;
    const own = ours.has(`${host}:${port}`) || ours.has(`[${host}]:${port}`);
    return own ? { ok: false, reason: "This URL leads back to Farebox itself." } : parsed;
  }

  return {
    objection,
    parse(url) {
      const [, scheme = "", given = "", path = ""] = URL_PARTS.exec(url) ?? [];
      if (given === "") return { ok: false, reason: "Enter a whole URL, such as https://api.example.com." };
      const authority = `${scheme}://${given}`;
      let parsed = judged.get(authority);
      if (parsed === undefined) {
        parsed = judge(scheme, given);
        judged.set(authority, parsed, JUDGED_BYTES);
      }
      if (!parsed.ok) return parsed;
      return { ok: true, destination: { ...parsed.peer, path: path.startsWith("/") ? path : `/${path}` } };
    },
    async resolve(peer) {
      const { host } = peer;
      // Without a listed network a local name can lead nowhere we may go, so it is not even asked for.
      if (isLocalName(host) && privateUpstreams.length === 0) {
        return { ok: false, reason: "This host name belongs to a local network. Use one that is public." };
      }
      const addresses = isIP(host) ? [host] : await resolve(host).catch(() => []);
      if (addresses.length === 0) {
        return { ok: false, reason: "This host name has no address.", unresolved: true };
      }
      for (const address of addresses) {
        const reason = objection(peer, address);
        if (reason !== null) return { ok: false, reason };
      }
      return { ok: true, addresses: addresses.map((address) => ({ address, family: isIP(address) })) };
    },
  };
}
