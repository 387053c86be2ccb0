import { EOL, get, type Kind, request, smuggled } from "./raw-requests";

const PATH_TRICKS: readonly [string, ...string[]] = [
  "//",
  ...[
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
];

/** What few clients send, and what has to be survived: paths, pipelines, upgrades, bombs, half requests, resets, noise. */
export const UNUSUAL: Record<string, Kind> = {
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
