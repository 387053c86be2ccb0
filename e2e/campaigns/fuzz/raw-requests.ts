import type { Random } from "@/e2e/campaigns/random";

/** Where raw requests are sent: what they ask for, and whom they say they ask. */
export interface RawTarget {
  host: string;
  /** A path that costs nothing. */
  free: string;
  /** A path that is never served unpaid. */
  priced: string;
}

/** What must come of a raw request: refused and its connection closed, answered so many times, or nothing known. */
export type RawFate = "refused" | number | "any";

/** Bytes that are sent over a connection of their own. */
export interface RawRequest {
  kind: string;
  bytes: string;
  fate: RawFate;
  /** How the sender goes on: it waits, it says that nothing more comes, or it breaks the connection. */
  ending: "waits" | "ends" | "resets";
}

/** Where a smuggled request leads, so that it is known when it arrives. */
export const SMUGGLED = "smuggled";

const EOL = "\r\n";

function request(line: string, headers: readonly string[], body = ""): string {
  return [line, ...headers, "", body].join(EOL);
}

function smuggled({ host, free }: RawTarget): string {
  return request(`GET ${free}/${SMUGGLED} HTTP/1.1`, [`Host: ${host}`]);
}

type Kind = (target: RawTarget, random: Random) => Omit<RawRequest, "kind">;

/** A request whose framing two servers could read in two ways, with another request behind it. */
function ambiguous(...framing: readonly [string, ...string[]]): Kind {
  return (target, random) => {
    const lines = random.pick(framing).split("|");
    const body = random.pick([
      `0${EOL}${EOL}${smuggled(target)}`,
      `5c${EOL}${smuggled(target)}${EOL}0${EOL}${EOL}`,
    ]);
    const path = random.chance(0.5) ? target.free : target.priced;
    return {
      bytes: request(`POST ${path}/x HTTP/1.1`, [`Host: ${target.host}`, ...lines], body),
      fate: "refused",
      ending: "waits",
    };
  };
}

/** A head that is none. */
function malformed(...heads: readonly [string, ...string[]]): Kind {
  return (target, random) => {
    const bytes = random
      .pick(heads)
      .replaceAll("PATH", random.chance(0.5) ? `${target.free}/x` : `${target.priced}/x`)
      .replaceAll("HOST", target.host)
      .replaceAll("|", EOL);
    return { bytes: `${bytes}${smuggled(target)}`, fate: "refused", ending: "waits" };
  };
}

function get(path: string, { host }: RawTarget, ...headers: string[]): string {
  return request(`GET ${path} HTTP/1.1`, [`Host: ${host}`, ...headers]);
}

const PATH_TRICKS = [
  ...[
    "//",
    "/./",
    "/../",
    "/%2e%2e/",
    "/%2E%2e/",
    "/..;/",
    "/.%00/",
    "/%2f",
    "/%5c",
    "/\\",
    "/;x=1/..",
    "/%252e%252e/",
  ],
  ...[
    "/%u002e",
    "/%c0%ae%c0%ae/",
    "/%",
    "/%zz",
    "/\u00e9",
    "/?/../",
    "/#frag",
    "/a//b",
    "/%0d%0aX:y",
    "/%09",
    "/%20/",
  ],
] as readonly string[] as readonly [string, ...string[]];

/** Everything that is sent over raw sockets. */
const KINDS: Record<string, Kind> = {
  "CL.TE": ambiguous(
    "Content-Length: 5|Transfer-Encoding: chunked",
    "Content-Length: 6|transfer-encoding:chunked",
  ),
  "TE.CL": ambiguous(
    "Transfer-Encoding: chunked|Content-Length: 4",
    "Transfer-Encoding:  chunked|Content-length: 0",
  ),
  "TE.TE": ambiguous(
    ...["Transfer-Encoding: chunked|Transfer-Encoding: x", "Transfer-Encoding: x|Transfer-Encoding: chunked"],
    ...["Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx"],
    "Transfer-Encoding: identity",
    "Transfer-Encoding: chunked|Transfer-Encoding: identity",
  ),
  "a hidden Transfer-Encoding": ambiguous(
    ...["Transfer-Encoding : chunked", " Transfer-Encoding: chunked", "X: y\rTransfer-Encoding: chunked"],
    ...[
      "Transfer-Encoding: \u000bchunked",
      "Transfer\u0000-Encoding: chunked",
      "Content-Length: 3|Transfer-Encoding\u0001: chunked",
    ],
    "X: y| Transfer-Encoding: chunked",
  ),
  "two lengths": ambiguous(
    "Content-Length: 5|Content-Length: 6",
    "Content-Length: 0|Content-Length: 44",
    "Content-Length: 5, 6",
  ),
  "a length that is none": ambiguous(
    ...["Content-Length: +5", "Content-Length: -1", "Content-Length: 0x5", "Content-Length: 5 5"],
    ...[
      "Content-Length: 99999999999999999999",
      "Content-Length: 1e1",
      "Content-Length : 5",
      "Content-Length: ,5",
    ],
    "Content-Length: \u0665",
  ),
  "chunks that are none": (target, random) => ({
    bytes: request(
      `POST ${target.free}/x HTTP/1.1`,
      [`Host: ${target.host}`, "Transfer-Encoding: chunked"],
      `${random.pick(["0x5", "-1", "5 ", "g", "FFFFFFFFFFFFFFFFF", " 5", "+5", "5_0"])}${EOL}hello${EOL}0${EOL}${EOL}${smuggled(target)}`,
    ),
    fate: "refused",
    ending: "waits",
  }),
  "a malformed head": malformed(
    ...[
      "GET PATH HTTP/1.1\nHost: HOST\n\n",
      "GET PATH HTTP/1.1|Host: HOST| folded|X: y||",
      "GET PATH HTTP/1.1|Host : HOST||",
    ],
    ...[
      "GET PATH HTTP/1.1|Host: HOST|X: a\u0000b||",
      "GET PATH HTTP/1.1|Host: HOST|: novalue||",
      "GET PATH HTTP/1.1|Host: HOST|X||",
    ],
    ...["GET PATH HTTP/1.2|Host: HOST||", "GET PATH HTTP/2.0|Host: HOST||", "GET PATH||"],
    ...[
      "get PATH HTTP/1.1|Host: HOST||",
      "GÉT PATH HTTP/1.1|Host: HOST||",
      "BREW PATH HTTP/1.1|Host: HOST||",
    ],
    ...[
      "GET\tPATH HTTP/1.1|Host: HOST||",
      "GET PATH\u0000 HTTP/1.1|Host: HOST||",
      "\u0016\u0003\u0001\u0002\u0000|",
      "PRI * HTTP/2.0||SM||",
    ],
    "GET PATH HTTP/1.1|Host: HOST|Content-Length: 5\rX: y||",
  ),
  // Which servers read in one way, whatever they make of it.
  "a sloppy head": (target, random) => ({
    bytes: `GET${random.pick(["  ", "   "])}${target.priced}/x HTTP/1.1${EOL}Host:${target.host}${EOL}${EOL}`,
    fate: "any",
    ending: "waits",
  }),
  "hosts that are not ours": (target, random) => {
    const host = random.pick([
      "evil.example",
      "",
      "127.0.0.1@evil.example",
      "evil.example:80",
      "[::ffff:8.8.8.8]",
      "a b",
    ]);
    return { bytes: request(`GET ${target.priced}/x HTTP/1.1`, [`Host: ${host}`]), fate: 1, ending: "waits" };
  },
  "no host, or two": (target, random) => ({
    bytes: request(
      `GET ${target.priced}/x HTTP/1.1`,
      random.pick([[], [`Host: ${target.host}`, "Host: evil.example"]]),
    ),
    fate: "any",
    ending: "ends",
  }),
  "a header bomb": (target, random) => {
    const lines = random.pick([
      Array.from({ length: 3_000 }, (_, i) => `X-${i}: y`),
      [`X: ${"y".repeat(17_000)}`],
      [`PAYMENT-SIGNATURE: ${"A".repeat(8_200 + random.below(7_000))}`],
      Array.from({ length: 20 }, () => `X-PAYMENT: ${"A".repeat(400)}`),
      [`Cookie: ${"a=b; ".repeat(2_500)}`],
    ]);
    return { bytes: get(`${target.priced}/x`, target, ...lines), fate: "any", ending: "waits" };
  },
  "a path trick": (target, random) => {
    const tricks = Array.from({ length: 1 + random.below(3) }, () => random.pick(PATH_TRICKS));
    const path = `${target.priced}${tricks.join(random.pick(["", "x", "now", ".."]))}`;
    return { bytes: get(path, target), fate: "any", ending: "waits" };
  },
  "another form of target": (target, random) => {
    const form = random.pick([
      `GET http://evil.example${target.free}/x`,
      ...[`GET http://${target.host}${target.priced}/x`, "GET *", "GET x"],
      ...[
        `CONNECT ${target.host}`,
        "CONNECT evil.example:443",
        "OPTIONS *",
        `TRACE ${target.priced}/x`,
        "GET ?",
      ],
      `GET ${target.priced}/${"x".repeat(14_000)}`,
      `HEAD ${target.priced}/x`,
    ]);
    return { bytes: request(`${form} HTTP/1.1`, [`Host: ${target.host}`]), fate: "any", ending: "ends" };
  },
  "a pipeline": (target, random) => {
    const count = 2 + random.below(9);
    const one = () => get(random.chance(0.5) ? `${target.free}/p` : `${target.priced}/p`, target);
    return { bytes: Array.from({ length: count }, one).join(""), fate: count, ending: "waits" };
  },
  "a pipeline that breaks off": (target, random) => {
    const whole = Array.from({ length: 1 + random.below(4) }, () => get(`${target.priced}/p`, target));
    const broken = request(`GET ${target.free}/x HTTP/1.1`, [`Host : ${target.host}`]);
    return { bytes: [...whole, broken, smuggled(target)].join(""), fate: "any", ending: "waits" };
  },
  "an upgrade": (target, random) => {
    const to = random.pick(["websocket", "h2c", "TLS/1.0", "websocket, h2c", ""]);
    const lines = [
      "Connection: Upgrade, HTTP2-Settings",
      `Upgrade: ${to}`,
      "HTTP2-Settings: AAMAAABkAAQAAP__",
    ];
    return {
      bytes: `${get(`${target.priced}/x`, target, ...lines)}PRI * HTTP/2.0`,
      fate: "any",
      ending: "ends",
    };
  },
  "an expectation": (target, random) => ({
    bytes: request(
      `POST ${target.priced}/x HTTP/1.1`,
      [
        `Host: ${target.host}`,
        `Expect: ${random.pick(["100-continue", "200-ok", "100-Continue, x"])}`,
        "Content-Length: 5",
      ],
      "hello",
    ),
    fate: "any",
    ending: "ends",
  }),
  "hop-by-hop names": (target, random) => ({
    bytes: get(
      `${target.free}/p`,
      target,
      `Connection: ${random.pick(["PAYMENT-SIGNATURE", "Host", "Content-Length", "close, X-A", "keep-alive, Farebox-Proof"])}`,
      ...[
        "X-A: b",
        "Keep-Alive: timeout=999999",
        "Proxy-Connection: keep-alive",
        "TE: trailers",
        "Trailer: X-PAYMENT",
      ],
    ),
    fate: 1,
    ending: "waits",
  }),
  "half a request": (target, random) => {
    const whole = request(
      `POST ${target.priced}/x HTTP/1.1`,
      [`Host: ${target.host}`, "Content-Length: 50"],
      "hello",
    );
    return { bytes: whole.slice(0, 1 + random.below(whole.length)), fate: "any", ending: "ends" };
  },
  "a reset": (target, random) => {
    const whole = get(random.chance(0.5) ? `${target.free}/p` : `${target.priced}/p`, target);
    return { bytes: whole.slice(0, 1 + random.below(whole.length)), fate: "any", ending: "resets" };
  },
  noise: (_, random) => ({
    bytes: Buffer.from(random.hex(1 + random.below(400)).slice(2), "hex").toString("latin1"),
    fate: "any",
    ending: "ends",
  }),
};

const NAMES = Object.keys(KINDS) as [string, ...string[]];

/** Draws one raw request. */
export function drawRaw(target: RawTarget, random: Random): RawRequest {
  const kind = random.pick(NAMES);
  const draw = KINDS[kind];
  if (!draw) throw new Error(`There is no kind ${kind}`);
  return { kind, ...draw(target, random) };
}
