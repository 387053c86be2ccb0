import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { flood, inWords, rates } from "@/bench/flood";
import { during, type Load } from "@/bench/load";
import type { Server } from "@/bench/processes";
import { getRequest } from "@/bench/request";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { SLUG } from "@/bench/stage";
import { ratios } from "@/bench/statistics";

const CONNECTIONS = 32;
const REQUIRED = Buffer.from("payment-required: ");

/** How many unpaid calls are answered with a 402: by us, by the peers, and by node:http alone with our bytes. */
const unpaid: Row = async (stage, { rounds, quick, step }) => {
  const [house, hono, express] = [
    await stage.house(),
    await stage.seller("hono"),
    await stage.seller("express"),
  ];
  const target = `/g/${SLUG}/now`;
  const bare = await stage.peer("bare", await recorded(house.port, house.host, target));
  const ms = quick ? 300 : 5_000;
  const ask = (server: Pick<Server, "port" | "pid">, path: string) => {
    const request = getRequest(house.host, path);
    return () =>
      flood(server, { connections: CONNECTIONS, next: during(ms, () => request), isGood: demands() });
  };
  const done = await sideBySide(
    rounds,
    {
      Farebox: ask(house, target),
      hono: ask(hono, "/now"),
      express: ask(express, "/now"),
      bare: ask(bare, target),
    },
    step,
  );
  const measure = `unpaid 402, ${CONNECTIONS} connections, req/s`;
  const against = (name: keyof typeof done, words: string, reach: { least: number } | null) => ({
    ...{ measure, against: words, reach, unit: "×" as const },
    rounds: ratios(rates(done.Farebox), rates(done[name])),
    ours: inWords(done.Farebox),
    theirs: inWords(done[name]),
  });
  return {
    figures: [
      against("hono", "@x402/hono", { least: 4 }),
      against("bare", "node:http with the same bytes", { least: 0.6 }),
      against("express", "@x402/express", null),
    ],
    notes: ["each answer is checked for its status, its length, and a PAYMENT-REQUIRED header."],
  };
};

export default unpaid;

/** What a server answers, for another to repeat. */
async function recorded(port: number, host: string, path: string) {
  const [answer] = (await once(get({ port, path, headers: { host } }), "response")) as [IncomingMessage];
  const body = (await buffer(answer)).toString("base64");
  // The date is node's own to write, and so is what it says of the connection.
  const lines = answer.rawHeaders.flatMap((name, at) =>
    at % 2 === 0 && !/^(date|connection|keep-alive)$/i.test(name)
      ? [name, answer.rawHeaders[at + 1] ?? ""]
      : [],
  );
  return { status: answer.statusCode, headers: lines, body };
}

/** Takes 402s that carry terms, each as long as the first. */
function demands(): Load["isGood"] {
  let length = -1;
  return ({ status, head, body }) => {
    if (length === -1) {
      length = body.length;
      if (!head.toString("latin1").toLowerCase().includes(String(REQUIRED))) return false;
    }
    return status === 402 && body.length === length;
  };
}
