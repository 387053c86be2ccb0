import { STATUS_CODES } from "node:http";
import { decodePaymentRequiredHeader } from "@x402/core/http";
import type { PaymentRequired } from "@x402/core/types";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { unstable_cache } from "next/cache";
import { answers, endpoints, endpointVersions, payments, settlements } from "@/lib/db/schema";
import { examplePath } from "@/lib/endpoints/call-path";
import { openAnswer } from "@/lib/ledger/answer";
import { formatUnits } from "@/lib/money";
import { parts } from "@/lib/server/parts";

const FRESH_SECONDS = 30;
const MAX_BODY = 400;
/** Paths of the demo server whose answers are the same for everybody. */
const PUBLIC_PATHS = ["/now", "/weather"];

/** A call of this instance's demo server as it went: what it answers unpaid, and the last answer that was paid for. */
export interface Showcase {
  url: string;
  tookMs: number;
  required: PaymentRequired;
  paid: {
    status: number;
    statusText: string;
    body: string;
    amount: string;
    network: string;
    txHash: string;
    block: string;
    /** ISO 8601. */
    at: string;
  } | null;
}

/** The newest endpoint that sells the demo server, the one that was paid last before others. */
async function findDemo(upstream: string) {
  const current = and(
    eq(endpointVersions.endpointId, endpoints.id),
    eq(endpointVersions.version, endpoints.version),
  );
  const answered = and(
    eq(payments.endpointId, endpoints.id),
    // Answers of other terms are another server's, and the demo's echo repeats what only a merchant may see.
    eq(payments.endpointVersion, endpoints.version),
    inArray(payments.path, PUBLIC_PATHS),
    inArray(payments.money, ["settled", "final"]),
    eq(payments.delivery, "ready"),
    eq(payments.method, "GET"),
  );
  const [found] = await parts()
    .database.db.select({
      slug: endpoints.slug,
      rules: endpointVersions.rules,
      payment: payments,
      settlement: settlements,
      sealed: answers.sealed,
    })
    .from(endpoints)
    .innerJoin(endpointVersions, current)
    .leftJoin(payments, answered)
    .leftJoin(settlements, and(eq(settlements.paymentId, payments.id), isNull(settlements.orphanedAt)))
    .leftJoin(answers, eq(answers.paymentId, payments.id))
    .where(and(eq(endpoints.state, "live"), eq(endpointVersions.upstream, upstream)))
    .orderBy(sql`${answers.expiresAt} desc nulls last`, sql`${endpoints.id} desc`)
    .limit(1);
  return found;
}

function paidAnswer({ payment, settlement, sealed }: NonNullable<Awaited<ReturnType<typeof findDemo>>>) {
  const network = parts().networks.find(({ id }) => id === payment?.network);
  if (!payment || !settlement || !sealed || !network) return null;
  const { status, body } = openAnswer(parts().sealer, payment.id, sealed);
  return {
    status,
    statusText: STATUS_CODES[status] ?? "",
    body: new TextDecoder().decode(body).slice(0, MAX_BODY),
    amount: `${formatUnits(settlement.amount, network.token.decimals)} ${network.token.symbol}`,
    network: network.name,
    txHash: settlement.txHash,
    block: settlement.blockNumber.toString(),
    at: settlement.blockTime.toISOString(),
  };
}

async function look(): Promise<Showcase | null> {
  const { env } = parts();
  const demo = env.FAREBOX_DEMO_UPSTREAM && (await findDemo(env.FAREBOX_DEMO_UPSTREAM));
  if (!demo) return null;
  const rule = demo.rules.find(({ priceMicroUsd }) => priceMicroUsd !== null);
  const path = demo.payment?.path ?? (rule ? examplePath(rule.path) : "/");
  const url = `${env.FAREBOX_GATEWAY_ORIGIN}/g/${demo.slug}${path}`;
  const from = performance.now();
  const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(3_000) }).catch(
    () => null,
  );
  const header = response?.headers.get("payment-required");
  if (!header) return null;
  return {
    url,
    tookMs: Math.round(performance.now() - from),
    required: decodePaymentRequiredHeader(header),
    paid: paidAnswer(demo),
  };
}

/** Fetches a 402 and the last paid answer from this very instance, at most twice a minute; null when nothing is sold. */
export const readShowcase = unstable_cache(look, ["showcase"], { revalidate: FRESH_SECONDS });
