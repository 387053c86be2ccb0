import { type Address, isAddressEqual, parseAbi, parseEventLogs, type TransactionReceipt } from "viem";
import type { Authorization } from "./chain";

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
  const { args } = next;
  const paid = isAddressEqual(args.from, from) && isAddressEqual(args.to, to) && args.value === value;
  return paid ? { of: "payment", logIndex: next.logIndex } : { of: "other transfer" };
}

/** Whether a receipt shows that the payer cancelled an authorization, so that nobody can use it any more. */
export function hasCancelled(receipt: TransactionReceipt, { asset, from, nonce }: Authorization): boolean {
  if (receipt.status !== "success") return false;
  return eventsOf(receipt, asset).some(
    ({ eventName, args }) =>
      eventName === "AuthorizationCanceled" &&
      isAddressEqual(args.authorizer, from) &&
      args.nonce === nonce.toLowerCase(),
  );
}

function eventsOf(receipt: TransactionReceipt, asset: Address) {
  const ofToken = receipt.logs.filter((log) => isAddressEqual(log.address, asset) && !log.removed);
  return parseEventLogs({ abi: tokenEvents, logs: ofToken }).sort((a, b) => a.logIndex - b.logIndex);
}

type TransferEvent = Extract<ReturnType<typeof eventsOf>[number], { eventName: "Transfer" }>;

/** By authorization; null of one that no transfer follows. */
type Transfers = ReadonlyMap<string, TransferEvent | null>;

const known = new WeakMap<TransactionReceipt, Map<Address, Transfers>>();

/** What each authorization that a receipt shows used is followed by; read once for all that ask. */
function transfersIn(receipt: TransactionReceipt, asset: Address): Transfers {
  const ofReceipt = known.get(receipt) ?? new Map<Address, Transfers>();
  known.set(receipt, ofReceipt);
  const read = ofReceipt.get(asset);
  if (read !== undefined) return read;
  const transfers = new Map<string, TransferEvent | null>();
  let used: string | null = null;
  for (const event of eventsOf(receipt, asset)) {
    if (event.eventName === "AuthorizationUsed") {
      const key = keyOf({ from: event.args.authorizer, nonce: event.args.nonce });
      used = transfers.has(key) ? null : key;
      if (used !== null) transfers.set(used, null);
    } else if (event.eventName === "Transfer") {
      if (used !== null) transfers.set(used, event);
      used = null;
    }
  }
  ofReceipt.set(asset, transfers);
  return transfers;
}

function keyOf({ from, nonce }: Pick<Authorization, "from" | "nonce">): string {
  return `${from} ${nonce}`.toLowerCase();
}
