import { networkInterfaces } from "node:os";
import type { Random } from "@/e2e/campaigns/random";
import type { DnsAnswer } from "./dns-server";

/** The one address upstreams may have in this campaign; everything else of this machine has a canary on it. */
export const ALLOWED = "127.0.0.1";

/** Addresses of this machine where the canary listens, and private ones of nobody, where only the watch would see us. */
const FORBIDDEN_V4 = [
  ...["127.0.0.2", "127.1.2.3", "127.255.255.254", "0.0.0.0", ...ownAddresses("IPv4")],
  ...["10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.100.100.200", "168.63.129.16"],
] as [string, ...string[]];
const FORBIDDEN_V6 = [
  ...["::1", "::", "::ffff:127.0.0.1", "::ffff:127.0.0.2", "::127.0.0.1", ...ownAddresses("IPv6")],
  ...["64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254", "fe80::1", "ff02::1"],
] as [string, ...string[]];

function ownAddresses(family: "IPv4" | "IPv6"): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const own = all.filter((entry) => entry.family === family && !entry.internal);
  return own.map(({ address }) => address);
}

/** What a rebinding name says this time: mostly harmless, mostly to be believed, and now and then not. */
export function drawAnswer(random: Random, type: "A" | "AAAA"): DnsAnswer {
  if (type === "AAAA") return random.chance(0.2) ? { addresses: [random.pick(FORBIDDEN_V6)] } : NOTHING;
  const bad = () => random.pick(FORBIDDEN_V4);
  const alias = random.chance(0.2) ? { alias: "real.rebind.example" } : {};
  const kinds = [
    [ALLOWED],
    [ALLOWED],
    [ALLOWED, ALLOWED],
    [bad()],
    [ALLOWED, bad()],
    [bad(), ALLOWED],
    [],
  ] as [string[], ...string[][]];
  return { addresses: random.pick(kinds), ...alias };
}

const NOTHING: DnsAnswer = { addresses: [] };

/** Whether a name with these addresses may be called: it has some, and none that is forbidden. */
export function mayBeCalled(addresses: readonly string[]): boolean {
  return addresses.length > 0 && addresses.every((address) => address === ALLOWED);
}
