import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";

// Next bundles its own copy of this module, and pages must read what the server in front of them knows.
declare global {
  var fareboxCaller: AsyncLocalStorage<string> | undefined;
}

/** What stands for everybody where no server of ours was in front; they share what limits they have. */
const UNKNOWN = "unknown";

/** Does `work` on behalf of a caller at this address of the network. */
export function onBehalfOf<T>(address: string, work: () => T): T {
  globalThis.fareboxCaller ??= new AsyncLocalStorage();
  return globalThis.fareboxCaller.run(address, work);
}

/** The network address of whoever sent the request that is being answered. */
export function callerAddress(): string {
  return globalThis.fareboxCaller?.getStore() ?? UNKNOWN;
}

/**
 * Tells where a request comes from: the other end of its connection, and behind the operator's own proxies the last
 * address they were told of. Anybody can write X-Forwarded-For, so no entry is read that a trusted hop did not add.
 */
export function addressOf(request: IncomingMessage, trustedProxies: readonly string[]): string {
  const trusted = trustedProxies.map((cidr) => ipaddr.parseCIDR(cidr));
  const hops = (request.headers["x-forwarded-for"] ?? "").toString().split(",");
  let at = request.socket.remoteAddress ?? "";
  while (isWithin(at, trusted)) {
    const next = hops.pop()?.trim() ?? "";
    if (!ipaddr.isValid(next)) break;
    at = next;
  }
  return counted(at);
}

function isWithin(text: string, list: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][]): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return list.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

/** Who has one IPv6 address has 2^64 of them, so those of one network are one caller. */
function counted(text: string): string {
  if (!ipaddr.isValid(text)) return UNKNOWN;
  const address = ipaddr.process(text);
  if (address.kind() === "ipv4") return address.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString();
}
