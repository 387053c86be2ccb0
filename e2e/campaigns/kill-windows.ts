/** Where a proxy, the upstream, or the client itself stops a gateway in its work, so that it can be killed exactly there. */
export type Stop =
  | { at: "database" | "chain"; on: string; hold: "request" | "reply" }
  | { at: "upstream" }
  | { at: "response" };

/** One crash window: a step of a paid request (faults C1–C9), and how often its upstream is asked in the end. */
export interface Window {
  row: string;
  title: string;
  upstreamCalls: number;
  stop: Stop;
  /** As many payments come while another is being sent, so that they go together, and are stopped together. */
  together?: number;
}

const database = (on: string, hold: "request" | "reply" = "request"): Stop => ({ at: "database", on, hold });
const chain = (on: string, hold: "request" | "reply" = "request"): Stop => ({ at: "chain", on, hold });

/**
 * What is passed to the statements that claim, keep answers, store transactions and book receipts: their texts reach the
 * database once per connection.
 */
const CLAIMED = '"is_gas_spent"';
const KEPT = '"size_bytes"';
const STORED = "priced_at_block";
const BOOKED = '"settlement_id"';

/** Where the transfer is tried before it is signed. */
const TRIED = "e3ee160e";

const AT_ONCE = 3;

/** After its answer is kept and before anything is signed for it. */
export const ANSWERED: Window = {
  row: "C4",
  title: "after the answer is kept",
  upstreamCalls: 1,
  stop: chain(TRIED),
};

/**
 * All windows, in the order in which one gateway can be stopped in each by a payment of its own: the last steps first,
 * since a payment passes where a later one is to be stopped; then those that something times out while it is held; last
 * the one that holds the relayer's lock.
 */
export const WINDOWS: readonly Window[] = [
  { row: "C9", title: "while the answer is sent", upstreamCalls: 1, stop: { at: "response" } },
  {
    row: "C8",
    title: "before the answer is sent",
    upstreamCalls: 1,
    stop: database(BOOKED, "reply"),
  },
  { row: "C7", title: "before the receipt is booked", upstreamCalls: 1, stop: database(BOOKED) },
  // An answer that was never kept has to be asked for again, with the same Idempotency-Key.
  { row: "C2", title: "while the upstream works", upstreamCalls: 2, stop: { at: "upstream" } },
  {
    row: "C1",
    title: "before its claim is written",
    upstreamCalls: 1,
    stop: database(CLAIMED),
  },
  {
    row: "C3",
    title: "before the answer is kept",
    upstreamCalls: 2,
    stop: database(KEPT),
  },
  {
    row: "C7",
    title: "before many receipts are booked",
    upstreamCalls: 1,
    stop: database(BOOKED),
    together: AT_ONCE,
  },
  {
    row: "C6",
    title: "after the broadcast of many",
    upstreamCalls: 1,
    stop: chain("eth_sendRawTransaction", "reply"),
    together: AT_ONCE,
  },
  {
    row: "C5",
    title: "before the stored transaction of many is broadcast",
    upstreamCalls: 1,
    stop: chain("eth_sendRawTransaction"),
    together: AT_ONCE,
  },
  {
    row: "C6",
    title: "after the broadcast",
    upstreamCalls: 1,
    stop: chain("eth_sendRawTransaction", "reply"),
  },
  {
    row: "C5",
    title: "before the stored transaction is broadcast",
    upstreamCalls: 1,
    stop: chain("eth_sendRawTransaction"),
  },
  ANSWERED,
  {
    row: "C4",
    title: "before the signed transaction is stored",
    upstreamCalls: 1,
    stop: database(STORED),
  },
];

/** The name under which a window's verdict stands. */
export function oracleOf({ row, title }: Window): string {
  return `${row}: killed ${title}, a payment presented again is served once and charged once`;
}
