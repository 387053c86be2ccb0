import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type Campaign, runCampaign } from "./campaign";
import { progressOf } from "./progress";

const CAMPAIGNS: Record<string, () => Promise<Campaign>> = {
  kill: () => import("./kill"),
  database: () => import("./database"),
  replay: () => import("./replay"),
  fuzz: () => import("./fuzz"),
  model: () => import("./model"),
  reorg: () => import("./reorg"),
  rpc: () => import("./rpc"),
  ssrf: () => import("./ssrf"),
};

const USAGE = `Usage: npm run -s campaign -- <name> [--size full|test|NUMBER] [--seed NUMBER]

  ${Object.keys(CAMPAIGNS).join(", ")}

The result is printed as JSON; the exit code is 1 when an oracle was broken.
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { size: { type: "string", default: "test" }, seed: { type: "string" } },
});
const [name = ""] = positionals;
const load = Object.hasOwn(CAMPAIGNS, name) ? CAMPAIGNS[name] : undefined;
const campaign = await load?.();
const size = campaign && sizeOf(campaign, values.size);
if (campaign && size) {
  const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(new Error("The campaign was interrupted")));
  const { signal } = stop;
  const result = await runCampaign(name, campaign, { size, seed, progress: progressOf(name), signal });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  // Sockets that clients keep alive would hold the process for a while.
  process.exit(result.ok ? 0 : 1);
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}

function sizeOf({ sizes }: Campaign, asked: string): number {
  if (asked === "full" || asked === "test") return sizes[asked];
  const size = Number(asked);
  return Number.isSafeInteger(size) && size > 0 ? size : 0;
}
