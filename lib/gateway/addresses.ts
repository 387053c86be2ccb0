import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Block = [Address, number];

/** IPv4 that is not the public internet: the IANA special-purpose registry, and what clouds keep for themselves. */
const FORBIDDEN_V4 = blocks([
  "0.0.0.0/8", // this network; 0.0.0.0 connects to loopback
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carrier-grade NAT; holds Alibaba's metadata service
  "127.0.0.0/8", // loopback
  "168.63.129.16/32", // Azure's wire server
  "169.254.0.0/16", // link-local; holds the metadata service of most clouds
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments; holds Oracle's metadata service
  "192.0.2.0/24", // documentation
  "192.31.196.0/24", // AS112
  "192.52.193.0/24", // automatic multicast tunnelling
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16", // private
  "192.175.48.0/24", // AS112
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
]);

/**
 * The only public IPv6. Everything outside is forbidden by default: `::`, `::1`, IPv4-mapped and -compatible, NAT64,
 * unique local (with `fd00:ec2::254`), link-local, site-local, multicast.
 */
const GLOBAL_V6 = blocks(["2000::/3"]);

const FORBIDDEN_V6 = blocks([
  "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4 carries an IPv4 address of the sender's choice
  "2620:4f:8000::/48", // AS112
  "3fff::/20", // documentation
  "3ffe::/16", // the returned 6bone
]);

/** Names that lead into someone's own network, whatever their address turns out to be. */
const LOCAL_SUFFIXES = ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa"];

/** What an address may be used for: `listed` ones stand in the operator's list of private upstreams. */
export type AddressKind = "public" | "listed" | "forbidden";

function blocks(cidrs: readonly string[]): Block[] {
  return cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
}

function within(address: Address, list: readonly Block[]): boolean {
  return list.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

function isPublic(address: Address): boolean {
  if (address.kind() === "ipv4") return !within(address, FORBIDDEN_V4);
  return within(address, GLOBAL_V6) && !within(address, FORBIDDEN_V6);
}

/** Makes the table that judges IP addresses by their bytes; a text that is no address, or carries a zone, is forbidden. */
export function createAddressTable(listedCidrs: readonly string[]): (address: string) => AddressKind {
  const listed = blocks(listedCidrs);
  return (text) => {
    if (text.includes("%") || !ipaddr.isValid(text)) return "forbidden";
    const address = ipaddr.parse(text);
    if (within(address, listed)) return "listed";
    return isPublic(address) ? "public" : "forbidden";
  };
}

/** Tells whether an address leads to this very machine: loopback, unspecified, or one of its interfaces. */
export function isThisMachine(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() === "loopback" || address.range() === "unspecified") return true;
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return own.some((entry) => ipaddr.process(entry.address).toString() === address.toString());
}

/** Tells whether a host name belongs to a local network: `localhost`, `*.internal`, or a name without a dot. */
export function isLocalName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.+$/, "");
  if (ipaddr.isValid(name)) return false;
  return !name.includes(".") || LOCAL_SUFFIXES.some((suffix) => name.endsWith(`.${suffix}`));
}
