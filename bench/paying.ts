import { type Flooded, flood } from "./flood";
import { each, type Load } from "./load";
import { askTerms, openPayers, type SignedPayment } from "./payers";
import type { Server } from "./processes";
import { getRequest } from "./request";

/** How many wallets the payments of a load come from: as of agents that make a few calls at a time. */
export const AGENTS = 16;

/** A URL that costs money, and agents who can pay for it. */
export interface Shop {
  /** Signs as many payments; they are valid for a minute or so. */
  sign(count: number): Promise<SignedPayment[]>;
  /** Presents each payment once. */
  pay(payments: readonly SignedPayment[], connections: number): Promise<Flooded>;
}

/** Opens a server's URL for agents who have money on its chain. */
export async function openShop(
  rpcUrl: string,
  server: Pick<Server, "port" | "pid">,
  path: string,
): Promise<Shop> {
  const host = `localhost:${server.port}`;
  const payers = await openPayers(rpcUrl, AGENTS);
  const terms = await askTerms(`http://${host}${path}`);
  return {
    sign: (count) => payers.sign(terms, count),
    pay(payments, connections) {
      const requests = payments.map(({ header }) => getRequest(host, path, { "PAYMENT-SIGNATURE": header }));
      return flood(server, { connections, next: each(requests), isGood: isPaid });
    },
  };
}

/** Whether an answer is a 200 with the goods and the receipt of a settled payment. */
export const isPaid: Load["isGood"] = ({ status, head, body }) => {
  const receipt = /\r\npayment-response: ([A-Za-z0-9+/=]+)/i.exec(head.toString("latin1"))?.[1];
  if (status !== 200 || receipt === undefined || !body.includes('"now"')) return false;
  const { success, transaction }: Record<string, unknown> = JSON.parse(atob(receipt));
  return success === true && /^0x[0-9a-f]{64}$/.test(String(transaction));
};
