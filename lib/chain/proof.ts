import { type Address, type Hex, isAddressEqual, type TransactionReceipt } from "viem";
import type { Authorization, PayerState, Proof, TransferFailure } from "./chain";
import { finalBlock } from "./finality";
import type { NonceUse } from "./nonce-use";
import { readPayerState } from "./payer-state";
import { hasCancelled, readReceipt } from "./receipt";
import type { ChainClient } from "./rpc-node";
import { blockAt, receiptOf } from "./shared-reads";

/** What one RPC shows of an authorization; `used` when its nonce is, and it takes a search of the logs to tell by what. */
export type Finding = Proof | { outcome: "used" };

const PENDING: Finding = { outcome: "pending" };
const USED: Finding = { outcome: "used" };

/** How a transfer was sent. */
export interface SentTransfer {
  /** Of our transaction, or of the one a facilitator named; null when there is none to be known. */
  txHash: Hex | null;
  /** Whether that was a moment ago, so that it is not looked for elsewhere before it is mined. */
  justSent: boolean;
}

function failed(reason: TransferFailure): Finding {
  return { outcome: "failed", reason };
}

/**
 * Says what an RPC shows of an authorization. Money that reached the payout address counts whoever sent the
 * transaction; a failure is only reported when the token itself says that the nonce is unused, or by what it was used.
 * `relayers` are ours on this network; none where a facilitator sends.
 */
export async function findOutcome(
  client: ChainClient,
  authorization: Authorization,
  { txHash, justSent }: SentTransfer,
  relayers: readonly Address[],
): Promise<Finding> {
  const receipt = txHash === null ? null : await receiptOf(client, txHash);
  if (receipt === null && justSent) return PENDING;
  const shown = receipt === null ? null : await proveByReceipt(client, authorization, receipt);
  if (shown !== null) return shown;
  const state = await readPayerState(client, authorization);
  if (state.nonceUsed) return USED;
  // A facilitator whose transaction reverts may send another, or have named a stranger's: only our own is the last. It made
  // this transfer and failed as a whole, or made many, of which this one failed alone.
  const isOurs = receipt !== null && relayers.some((relayer) => isAddressEqual(receipt.from, relayer));
  if (isOurs) return proveFailed(client, authorization, receipt);
  if (await isPastUse(client, authorization, state)) return failed("authorization_expired");
  return PENDING;
}

/** Says what came of an authorization whose nonce was used by a transaction, whoever sent it: its receipt tells where the money went. */
export async function findOutcomeOfUse(
  client: ChainClient,
  authorization: Authorization,
  use: NonceUse,
): Promise<Finding> {
  const receipt = await receiptOf(client, use.txHash);
  if (receipt === null) return PENDING;
  if (use.kind === "used") return (await proveByReceipt(client, authorization, receipt)) ?? PENDING;
  const cancelled = hasCancelled(receipt, authorization) && (await blockOf(client, receipt)) !== null;
  return cancelled ? failed("payment_cancelled") : PENDING;
}

/** The block of a receipt, or null when that block is no longer, or not yet, part of the chain we see. */
async function blockOf(client: ChainClient, { blockNumber, blockHash }: TransactionReceipt) {
  const block = await blockAt(client, blockNumber);
  return block?.hash === blockHash ? block : null;
}

async function proveByReceipt(
  client: ChainClient,
  authorization: Authorization,
  receipt: TransactionReceipt,
): Promise<Finding | null> {
  const says = readReceipt(receipt, authorization);
  if (says.of === "nothing") return null;
  const block = await blockOf(client, receipt);
  if (block === null) return PENDING;
  if (says.of === "other transfer") return failed("payment_cancelled");
  const { transactionHash: txHash, blockNumber, blockHash } = receipt;
  const blockTime = new Date(Number(block.timestamp) * 1000);
  return {
    outcome: "settled",
    proof: { txHash, logIndex: says.logIndex, blockNumber, blockHash, blockTime },
  };
}

/**
 * Our transaction was mined and did not move the money. Often someone else's was first, or an RPC kept the logs back, so the
 * nonce is read again as of that block or later.
 */
async function proveFailed(
  client: ChainClient,
  authorization: Authorization,
  receipt: TransactionReceipt,
): Promise<Finding> {
  const block = await blockOf(client, receipt);
  if (block === null) return PENDING;
  const latest = await readPayerState(client, authorization);
  const state =
    latest.headTime > block.timestamp
      ? latest
      : await readPayerState(client, authorization, receipt.blockNumber);
  if (state.nonceUsed) return USED;
  if (block.timestamp >= authorization.validBefore) return failed("authorization_expired");
  return failed(state.balance < authorization.value ? "insufficient_funds" : "settlement_reverted");
}

/** Whether the unused authorization can no longer be used, in any block that may still replace one we see. */
async function isPastUse(
  client: ChainClient,
  { validBefore }: Authorization,
  { headTime }: PayerState,
): Promise<boolean> {
  if (headTime < validBefore) return false;
  return (await finalBlock(client)).timestamp >= validBefore;
}
