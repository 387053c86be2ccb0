import { createHmac } from "node:crypto";
import { isIP } from "node:net";
import type { MerchantId } from "@/lib/ids";

/** What a merchant puts where only who runs a host can put it: in its DNS, or at a fixed path of its web server. */
export interface HostChallenge {
  host: string;
  /** Where the TXT record stands; null for an IP address, which has none. */
  dnsName: string | null;
  fileUrl: string;
  /** The whole record, and the whole line in the file; no secret, and worth nothing for another merchant or host. */
  value: string;
}

/** The host an upstream's control is proved for: with its port unless that is the scheme's own. */
export function hostOf(upstream: string): string {
  return new URL(upstream).host;
}

/** Derives a merchant's challenge for the host of an upstream; the same whenever it is asked for. */
export function challengeFor(key: Buffer, merchantId: MerchantId, upstream: string): HostChallenge {
  const { host, hostname, origin } = new URL(upstream);
  const token = createHmac("sha256", key).update(`${merchantId} ${host}`).digest("base64url");
  return {
    host,
    dnsName: isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? `_farebox.${hostname}` : null,
    fileUrl: `${origin}/.well-known/farebox.txt`,
    value: `farebox-proof=${token}`,
  };
}
