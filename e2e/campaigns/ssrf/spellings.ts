import ipaddr from "ipaddr.js";

/** IPv4 that no upstream may have, one of each kind that clouds and networks keep for themselves. */
const FORBIDDEN_V4 = {
  loopback: "127.0.0.1",
  "the far end of loopback": "127.255.255.254",
  unspecified: "0.0.0.0",
  "private (10/8)": "10.0.0.1",
  "private (172.16/12)": "172.16.0.1",
  "private (192.168/16)": "192.168.0.1",
  "link-local": "169.254.1.1",
  "the metadata service": "169.254.169.254",
  "Alibaba's metadata service, in carrier-grade NAT": "100.100.100.200",
  "Azure's wire server": "168.63.129.16",
  "Oracle's metadata service": "192.0.0.192",
  benchmarks: "198.18.0.1",
  multicast: "224.0.0.1",
  broadcast: "255.255.255.255",
} as const;

const hex = (value: number) => value.toString(16);
const octal = (value: number) => value.toString(8);

/** Digits in other scripts and shapes that IDNA maps to ASCII's. */
function inDigits(text: string, zero: number): string {
  return text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
}

function circled(text: string): string {
  return text.replace(/\d/g, (digit) => (digit === "0" ? "⓪" : String.fromCodePoint(0x245f + Number(digit))));
}

/** Every spelling of an IPv4 address in the host of a URL. */
const V4_SPELLINGS: Record<string, (bytes: number[], text: string) => string> = {
  "in dots": (_, text) => text,
  "in one number": (b) => String(asNumber(b)),
  "in one hex number": (b) => `0x${hex(asNumber(b))}`,
  "in one hex number in capitals": (b) => `0X${hex(asNumber(b)).toUpperCase()}`,
  "in one hex number with zeros before it": (b) => `0x00000000${hex(asNumber(b))}`,
  "in one octal number": (b) => `0${octal(asNumber(b))}`,
  "in hex bytes": (b) => b.map((byte) => `0x${hex(byte)}`).join("."),
  "in octal bytes": (b) => b.map((byte) => `0${octal(byte)}`).join("."),
  "in octal bytes with zeros before them": (b) => b.map((byte) => `0000${octal(byte)}`).join("."),
  "in bytes of every base": ([a = 0, b = 0, c = 0, d = 0]) => `0x${hex(a)}.${b}.0${octal(c)}.${d}`,
  "in three parts": ([a, b, c = 0, d = 0]) => `${a}.${b}.${c * 256 + d}`,
  "in two parts": ([a, b = 0, c = 0, d = 0]) => `${a}.${b * 65_536 + c * 256 + d}`,
  "in two hex parts": ([a = 0, b = 0, c = 0, d = 0]) => `0x${hex(a)}.0x${hex(b * 65_536 + c * 256 + d)}`,
  "with a dot at its end": (_, text) => `${text}.`,
  "in full-width digits": (_, text) => inDigits(text, 0xff10),
  "in mathematical digits": (_, text) => inDigits(text, 0x1d7ce),
  "in circled digits": (_, text) => circled(text),
  "with ideographic dots": (_, text) => text.replaceAll(".", "。"),
  "with full-width dots": (_, text) => text.replaceAll(".", "．"),
  "with half-width ideographic dots": (_, text) => text.replaceAll(".", "｡"),
  "percent-encoded": (_, text) => text.replace(/[\d.]/g, (char) => `%${hex(char.charCodeAt(0))}`),
  "with a percent-encoded dot": (_, text) => text.replace(".", "%2e"),
  "with a soft hyphen": (_, text) => text.replace(".", "\u00ad."),
  "mapped into IPv6": (_, text) => `[::ffff:${text}]`,
  "mapped into IPv6 in hex": (b) => `[::ffff:${words(b)}]`,
  "mapped into IPv6 without abbreviation": (b) => `[0:0:0:0:0:FFFF:${words(b).toUpperCase()}]`,
  "compatible IPv6": (_, text) => `[::${text}]`,
  "translated IPv6": (_, text) => `[::ffff:0:${text}]`,
  "through NAT64": (b) => `[64:ff9b::${words(b)}]`,
  "through a local NAT64": (b) => `[64:ff9b:1::${words(b)}]`,
  "through 6to4": (b) => `[2002:${words(b)}::]`,
  "through Teredo": (b) => `[2001:0:${words(b)}:0:0:${words(b.map((byte) => byte ^ 0xff))}]`,
  "through ISATAP": (b) => `[fe80::5efe:${words(b)}]`,
};

/** Hosts that lead where no upstream may be, and are no spelling of an IPv4 address. */
const OTHER_HOSTS = [
  ...["[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::]", "[::0.0.0.1]"],
  ...["[fd00:ec2::254]", "[FD00:EC2:0:0:0:0:0:254]", "[fc00::1]", "[fdff:ffff::1]", "[fec0::1]"],
  ...["[fe80::1]", "[febf::1]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[2606:4700::1%25lo]", "[::1%25lo]"],
  ...["[ff02::1]", "[ff05::2]", "[100::1]", "[2001:db8::1]", "[2001:2::1]", "[3fff::1]", "[3ffe::1]"],
  ...["[5f00::1]", "[2620:4f:8000::1]", "[4000::1]", "[::ffff:0:0]"],
  ...[
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost.",
    "ｌｏｃａｌｈｏｓｔ",
    "a.localhost",
    "%6cocalhost",
  ],
  ...["metadata.google.internal", "METADATA.GOOGLE.INTERNAL", "metadata.google.internal.", "db.internal"],
  ...["printer.local", "printer.LOCAL.", "router.lan", "nas.home", "nas.home.arpa", "wiki.corp"],
  ...["x.intranet", "db", "metadata", "instance-data"],
] as const;

/** One way to write a place no merchant may make us call. */
export interface Spelling {
  title: string;
  /** As it stands in a URL. */
  host: string;
}

/** Every spelling of every forbidden place. */
export function forbiddenSpellings(): Spelling[] {
  const spelled = Object.entries(FORBIDDEN_V4).flatMap(([place, text]) => {
    const bytes = ipaddr.IPv4.parse(text).toByteArray();
    return Object.entries(V4_SPELLINGS).map(([how, spell]) => ({
      title: `${place} ${how}`,
      host: spell(bytes, text),
    }));
  });
  return [...spelled, ...OTHER_HOSTS.map((host) => ({ title: host, host }))];
}

/** Spellings of public addresses, which must stay reachable: a guard that refuses everything would prove nothing. */
export const PUBLIC_HOSTS = ["93.184.216.34", "1572395042", "0x5db8d822", "[2606:4700::1111]"] as const;

function asNumber(bytes: number[]): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The four bytes as two groups of an IPv6 address. */
function words([a = 0, b = 0, c = 0, d = 0]: number[]): string {
  return `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
}
