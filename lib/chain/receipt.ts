import { type Address, parseAbi, type TransactionReceipt, toEventSelector } from "viem";
import type { Authorization } from "./chain";
import { addressWord } from "./payer-state";

/** The events of an EIP-3009 token that tell what became of an authorization. */
export const tokenEvents = parseAbi([
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
  "event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce)",
]);

/** What a receipt says of an authorization: it paid, by the log at `logIndex`; its nonce moved other money; or nothing. */
export type ReceiptSays = { of: "payment"; logIndex: number } | { of: "other transfer" } | { of: "nothing" };

/**
 * Looks for an authorization's transfer in a receipt. One transaction may settle many, also equal ones, so each
 * AuthorizationUsed counts only for the token's next Transfer, before any other AuthorizationUsed: tokens write the
 * two in that order. A receipt that lacks either log (an RPC may omit logs) says nothing.
 */
export function readReceipt(receipt: TransactionReceipt, authorization: Authorization): ReceiptSays {
  if (receipt.status !== "success") return { of: "nothing" };
  const { from, to, value } = authorization;
  const next = transfersIn(receipt, authorization.asset).get(keyOf(authorization));
  if (!next) return { of: "nothing" };
  const [, payer, payee] = next.topics;
  const paid = payer === word(from) && payee === word(to) && BigInt(next.data) === value;
  return paid ? { of: "payment", logIndex: next.logIndex } : { of: "other transfer" };
}

/** Whether a receipt shows that the payer cancelled an authorization, so that nobody can use it any more. */
export function hasCancelled(receipt: TransactionReceipt, authorization: Authorization): boolean {
  if (receipt.status !== "success") return false;
  const key = keyOf(authorization);
  return eventsOf(receipt, authorization.asset).some(
    ({ topics: [event, authorizer, nonce] }) => event === CANCELED && `${authorizer} ${nonce}` === key,
  );
}

const TRANSFER = toEventSelector("Transfer(address,address,uint256)");
const USED = toEventSelector("AuthorizationUsed(address,bytes32)");
const CANCELED = toEventSelector("AuthorizationCanceled(address,bytes32)");

/** A log of a token as a node writes it: its event, and two indexed words. */
interface TokenLog {
  topics: string[];
  data: string;
  logIndex: number;
}

/**
 * The events of a token in a receipt, in their order. Read as they are: a receipt of many payments has hundreds, and viem
 * takes as long for one as all else takes for a payment.
 */
function eventsOf({ logs }: TransactionReceipt, asset: Address): TokenLog[] {
  const token = asset.toLowerCase();
  return logs
    .filter(
      ({ address, removed, topics }) => address.toLowerCase() === token && !removed && topics.length === 3,
    )
    .map(({ topics, data, logIndex }) => ({
      topics: topics.map((topic) => topic.toLowerCase()),
      data,
      logIndex,
    }))
    .sort((a, b) => a.logIndex - b.logIndex);
}

/** By authorization; null of one that no transfer follows. */
type Transfers = ReadonlyMap<string, TokenLog | null>;

const known = new WeakMap<TransactionReceipt, Map<Address, Transfers>>();

/** What each authorization that a receipt shows used is followed by; read once for all that ask. */
function transfersIn(receipt: TransactionReceipt, asset: Address): Transfers {
  const ofReceipt = known.get(receipt) ?? new Map<Address, Transfers>();
  known.set(receipt, ofReceipt);
  const read = ofReceipt.get(asset);
  if (read !== undefined) return read;
  const transfers = new Map<string, TokenLog | null>();
  let used: string | null = null;
  for (const log of eventsOf(receipt, asset)) {
    const [event, authorizer, nonce] = log.topics;
    if (event === USED) {
      const key = `${authorizer} ${nonce}`;
      used = transfers.has(key) ? null : key;
      if (used !== null) transfers.set(used, null);
    } else if (event === TRANSFER) {
      if (used !== null) transfers.set(used, log);
      used = null;
    }
  }
  ofReceipt.set(asset, transfers);
  return transfers;
}

/** An address as a topic holds it. */
function word(address: Address): string {
  return `0x${addressWord(address)}`;
}

function keyOf({ from, nonce }: Pick<Authorization, "from" | "nonce">): string {
  return `${word(from)} ${nonce.toLowerCase()}`;
}
