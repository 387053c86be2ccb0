import { flood, inWords, rates } from "@/bench/flood";
import { isInstalled } from "@/bench/installed";
import { during } from "@/bench/load";
import { startNginx } from "@/bench/nginx";
import type { Server } from "@/bench/processes";
import { getRequest } from "@/bench/request";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { ratios } from "@/bench/statistics";

const CONNECTIONS = 64;
/** A pace that both hold with ease: at full load, how long a call takes is nothing but connections by req/s. */
const PACED_PER_SECOND = 500;
const SLUG = "bench-free";
const GOODS = '{"now":"2026-01-01T00:00:00.000Z"}';

/** How fast calls that cost nothing are passed on, beside the proxy that everybody knows. */
const free: Row = async (stage, { rounds, quick, step }) => {
  if (!isInstalled("nginx")) return { missing: "nginx is not installed (Debian package nginx)" };
  // Another nginx, since it takes the least of the machine that both proxies share with it.
  const upstream = await stage.server(() =>
    startNginx(
      `server { listen 127.0.0.1:{port}; location / { default_type application/json; return 200 '${GOODS}'; } }`,
    ),
  );
  const nginx = await stage.server(() =>
    startNginx(`
      upstream merchant { server 127.0.0.1:${upstream.port}; keepalive ${CONNECTIONS}; }
      server {
        listen 127.0.0.1:{port};
        location / { proxy_pass http://merchant; proxy_http_version 1.1; proxy_set_header Connection ""; }
      }`),
  );
  const house = await stage.house();
  await house.sell([SLUG], `http://127.0.0.1:${upstream.port}`);
  const request = getRequest(house.host, `/g/${SLUG}/free/now`);
  const ms = quick ? 500 : 5_000;
  const isGood = ({ status, body }: { status: number; body: Buffer }) =>
    status === 200 && body.equals(Buffer.from(GOODS));
  const common = { connections: CONNECTIONS, isGood };
  const full = (server: Pick<Server, "port" | "pid">) => () =>
    flood(server, { ...common, next: during(ms, () => request) });
  const paced = (server: Pick<Server, "port" | "pid">) => () =>
    flood(server, {
      ...common,
      next: during(ms, () => request),
      everyMs: (CONNECTIONS * 1000) / PACED_PER_SECOND,
    });
  const done = await sideBySide(
    rounds,
    {
      Farebox: full(house),
      nginx: full(nginx),
      "Farebox, paced": paced(house),
      "nginx, paced": paced(nginx),
    },
    step,
  );
  const [ours, theirs] = [done["Farebox, paced"], done["nginx, paced"]];
  return {
    figures: [
      {
        measure: `free rule, ${CONNECTIONS} connections, req/s`,
        against: "nginx proxy_pass, one process, kept connections",
        reach: { least: 0.4 },
        unit: "×",
        rounds: ratios(rates(done.Farebox), rates(done.nginx)),
        ours: inWords(done.Farebox),
        theirs: inWords(done.nginx),
      },
      {
        measure: `free rule, ${CONNECTIONS} connections, p50 added at ${PACED_PER_SECOND} req/s`,
        against: "nginx likewise",
        reach: { most: 1 },
        unit: "ms",
        rounds: ours.map(({ p50Ms }, round) => p50Ms - (theirs[round]?.p50Ms ?? Number.NaN)),
        ours: inWords(ours),
        theirs: inWords(theirs),
      },
    ],
    notes: [
      "both pass each call on to the same nginx, which answers it by itself; each answer is compared with what it sends.",
      `the time added is measured at ${PACED_PER_SECOND} req/s over all connections, a pace that both hold; at full load it is only connections by req/s.`,
    ],
  };
};

export default free;
