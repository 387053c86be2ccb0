import type { Context, Figures } from "./campaign";
import { fuzzOverHttp } from "./fuzz/over-http";
import { fuzzOverSockets } from "./fuzz/over-sockets";
import { fuzzParser } from "./fuzz/parser";
import type { SignedPayment } from "./payers";

/** Payment headers; a tenth as many requests go over raw sockets. */
export const sizes = { full: 1_000_000, test: 20_000 };

/** What must be true when everything was sent. */
export const SERVES_ON = "a good payment is served afterwards";

/** The part of the headers that goes through a real server instead of its parser alone. */
const OVER_HTTP = 0.05;
/** Payments whose headers the parser reads in every mutation. */
const PARSED_PAYMENTS = 40;

/** Sends a gateway headers and bytes that no client sends. */
export async function run(context: Context): Promise<Figures> {
  const { size, openStack, hold } = context;
  const stack = await openStack({ replicas: 1 });
  const { shops, payers, parts, client } = stack;
  const sign = (number: number) =>
    payers.sign(number % 2 === 0 ? shops.after : shops.before, `/now?n=${number}`);
  const payments: [SignedPayment, ...SignedPayment[]] = [await sign(0)];
  while (payments.length < PARSED_PAYMENTS) payments.push(await sign(payments.length));

  const overHttp = Math.ceil(size * OVER_HTTP);
  const raw = Math.ceil(size / 10);
  const inProcess = size - overHttp;
  const figures = { headersInProcess: inProcess, headersOverHttp: overHttp, rawRequests: raw };
  const http = await fuzzOverHttp(stack, sign, overHttp, context);
  const sockets = await fuzzOverSockets(stack, raw, context);
  const parser = await fuzzParser(payments, parts.networks, inProcess, context);
  const last = await client.insist(await sign(size), 30_000);
  hold(SERVES_ON, 1, last.status === 200 ? [] : [`${last.status} ${last.code}`]);
  return { ...figures, ...http, ...sockets, ...parser };
}
