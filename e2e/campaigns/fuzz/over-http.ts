import http, { type IncomingMessage } from "node:http";
import { inArray } from "drizzle-orm";
import type { Context, Figures } from "@/e2e/campaigns/campaign";
import type { SignedPayment } from "@/e2e/campaigns/payers";
import type { Random } from "@/e2e/campaigns/random";
import type { Stack } from "@/e2e/campaigns/stack";
import { payments as paymentRows } from "@/lib/db/schema";
import { reasonFor } from "@/lib/x402/reasons";
import { MUTATIONS, type Mutation } from "./mutations";

/** What the gateway may say to a spoiled header. */
export const ANSWERS = "G3, G16: every header is refused with a stable code, or served and settled";

const AT_ONCE = 8;
/** Payments that are mutated in turn; after so many headers one is replaced, so that none is too old to be charged. */
const PAYMENTS = 40;
const FRESH_AFTER = 25;
/** Characters a client library sends in a header at all; others are tried over raw sockets. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

interface Said {
  status: number;
  body: string;
}

/** Presents spoiled payments to a real gateway over kept-alive connections. */
export async function fuzzOverHttp(
  { client, fleet, parts, secrets }: Stack,
  sign: (number: number) => Promise<SignedPayment>,
  headers: number,
  { random, hold, progress }: Pick<Context, "random" | "hold" | "progress">,
): Promise<Figures> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const statuses = new Map<string, number>();
  const served = new Map<string, SignedPayment>();
  const payments: SignedPayment[] = [];
  let begun = 0;
  let done = 0;
  const work = async () => {
    while (begun < headers) {
      const number = begun++;
      const chance = random.fork(`header ${number}`);
      if (payments.length === 0 || number % FRESH_AFTER === 0) {
        payments.push(await sign(number));
        if (payments.length > PAYMENTS) payments.shift();
      }
      const { kind, fate, rewrite } = pickMutation(chance);
      const payment = payments[chance.below(payments.length)];
      if (!payment) continue;
      const lines = rewrite(payment, chance);
      if (lines.some(([, value]) => !SENDABLE.test(value))) continue;
      const said = await ask(agent, `${client.next()}/g/${payment.shop.slug}${payment.target}`, lines.flat());
      const code = codeOf(said.body);
      const outcome = [said.status, code].filter((part) => part !== null).join(" ");
      statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
      const isServed = said.status === 200;
      if (isServed) served.set(said.body, payment);
      const isDocumented = code !== null && reasonFor(code)?.status === said.status && said.status !== 500;
      const wrong =
        (!isServed && !isDocumented) ||
        (fate === "refused" && isServed) ||
        (fate === "read" && (said.status === 400 || said.status === 431)) ||
        secrets.some((secret) => said.body.includes(secret));
      hold(ANSWERS, 1, wrong ? [`${kind}: ${outcome} ${said.body.slice(0, 500)}`] : []);
      progress(++done, headers, outcome);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  agent.destroy();
  hold(ANSWERS, served.size, await unpaid(parts, served));
  const faults = fleet.all.flatMap((replica) => replica.fault() ?? []);
  hold(ANSWERS, 1, faults);
  return Object.fromEntries([...statuses].map(([outcome, count]) => [`HTTP: ${outcome}`, count]));
}

function pickMutation(random: Random): Mutation {
  const mutation = MUTATIONS[random.below(MUTATIONS.length)];
  if (!mutation) throw new Error("There are no mutations");
  return mutation;
}

/** Bodies that were served for no settled payment of the one that was presented. */
async function unpaid({ database }: Stack["parts"], served: Map<string, SignedPayment>): Promise<string[]> {
  const ids = [...served.keys()].map((body) => (JSON.parse(body) as { payment: string }).payment);
  if (ids.length === 0) return [];
  const rows = await database.db.select().from(paymentRows).where(inArray(paymentRows.id, ids));
  return [...served].flatMap(([body, { authorization }], i) => {
    const row = rows.find(({ id }) => id === ids[i]);
    const isSettled = row?.money === "settled" || row?.money === "final";
    const isOwn = row?.authorization.nonce?.toLowerCase() === authorization.nonce.toLowerCase();
    return isSettled && isOwn ? [] : [`served, and its payment is ${row?.money}: ${body}`];
  });
}

function ask(agent: http.Agent, url: string, headers: string[]): Promise<Said> {
  return new Promise((resolve) => {
    const { host } = new URL(url);
    const request = http.get(
      url,
      { agent, headers: ["Host", host, ...headers] },
      (response: IncomingMessage) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: body.trim() }));
      },
    );
    request.on("error", (error) => resolve({ status: 0, body: error.message }));
  });
}

function codeOf(body: string): string | null {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === "string" ? code : null;
  } catch {
    return null;
  }
}
