import { isAddressEqual, parseAbi, parseEventLogs, type TransactionReceipt } from "viem";
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
  const { asset, from, to, value, nonce } = authorization;
  const ofToken = receipt.logs.filter((log) => isAddressEqual(log.address, asset) && !log.removed);
  const events = parseEventLogs({ abi: tokenEvents, logs: ofToken }).sort((a, b) => a.logIndex - b.logIndex);
  const use = events.findIndex(
    (event) =>
      event.eventName === "AuthorizationUsed" &&
      isAddressEqual(event.args.authorizer, from) &&
      event.args.nonce === nonce.toLowerCase(),
  );
  if (use === -1) return { of: "nothing" };
  const next = events.slice(use + 1).find((event) => event.eventName !== "AuthorizationCanceled");
  if (next?.eventName !== "Transfer") return { of: "nothing" };
  const { args } = next;
  const paid = isAddressEqual(args.from, from) && isAddressEqual(args.to, to) && args.value === value;
  return paid ? { of: "payment", logIndex: next.logIndex } : { of: "other transfer" };
}

/** Whether a receipt shows that the payer cancelled an authorization, so that nobody can use it any more. */
export function hasCancelled(receipt: TransactionReceipt, { asset, from, nonce }: Authorization): boolean {
  if (receipt.status !== "success") return false;
  const ofToken = receipt.logs.filter((log) => isAddressEqual(log.address, asset) && !log.removed);
  return parseEventLogs({ abi: tokenEvents, eventName: "AuthorizationCanceled", logs: ofToken }).some(
    ({ args }) => isAddressEqual(args.authorizer, from) && args.nonce === nonce.toLowerCase(),
  );
}
