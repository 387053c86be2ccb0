import { EOL, type Kind, request, smuggled } from "./raw-requests";

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

/** What two servers could read in two ways, or none in any: all of it is refused, and its connection closed. */
export const AMBIGUOUS: Record<string, Kind> = {
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
};
