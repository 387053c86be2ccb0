import type { Address, Hex } from "viem";
import type { Authorization, GasPrice, GroupQuote } from "./chain";
import { callTogether, multicall3Of } from "./multicall";
import { addressWord } from "./payer-state";
import { requireFunds } from "./quote";
import type { Rpc } from "./rpc";
import { isObjection } from "./rpc-error";
import type { ChainClient } from "./rpc-node";
import { MAX_GAS } from "./simulation";
import { encodeTransfer, encodeTransfers } from "./transfer";

/** `getEthBalance(address)` of Multicall3. */
const ETH_BALANCE = "0x4d2301cc";
/** Gas of a transaction before its first transfer, and the least that is offered for each: one to a new wallet takes less. */
const GAS_FIRST = 70_000n;
const GAS_EACH = 80_000n;
/** What an empty transaction takes. */
const GAS_BASE = 21_000n;
/** Added to what one was estimated at, in percent. */
const HEADROOM_PERCENT = 20n;
/** How long an estimate counts. What it is needed for, rollups that charge for publishing within gas, moves slowly. */
const ESTIMATE_FRESH_MS = 30_000;
/** A group takes no more of a block than this part of it. */
const BLOCK_SHARE = 4n;
/** The most gas that every chain allows one transaction (EIP-7825). */
const MOST_GAS = 2n ** 24n;

/** What is offered for so many transfers, of which each takes this much. */
function gasFor(count: number, each: bigint): bigint {
  return GAS_FIRST + BigInt(count) * each;
}

/** As much of this gas as every chain allows one transaction. */
export function allowed(gas: bigint): bigint {
  return gas < MOST_GAS ? gas : MOST_GAS;
}

/** How many transfers have room in a group; one always. */
function roomIn({ blockGasLimit }: GasPrice, each: bigint): number {
  const most = allowed(blockGasLimit / BLOCK_SHARE);
  return most > gasFor(1, each) ? Number((most - GAS_FIRST) / each) : 1;
}

/** Nothing, where an RPC answers that a call fails as a whole; throws where it did not answer. */
function noneIfObjected(error: unknown): null {
  if (isObjection(error)) return null;
  throw error;
}

/**
 * Makes what quotes transfers that go as one transaction: one simulation tells which of them move, and gas is offered by
 * their number. That is tight on purpose: whoever learns to burn gas between now and then burns what the group would have
 * taken, and no more. Whoever burns it already may leave too little for Multicall3 to end in: then none of them moves
 * together, and each is for its own quote to judge.
 */
export function openGroupQuotes(rpc: Rpc, relayer: Address) {
  const ethBalanceOf: Hex = `${ETH_BALANCE}${addressWord(relayer)}`;
  let each = GAS_EACH;
  let estimatedUntil = 0;

  async function estimate(client: ChainClient, group: readonly Authorization[]): Promise<void> {
    if (performance.now() < estimatedUntil) return;
    const call = encodeTransfers(multicall3Of(client), group);
    // One that would revert has none.
    const all = await client.estimateGas({ account: relayer, ...call }).catch(() => null);
    if (all === null) return;
    estimatedUntil = performance.now() + ESTIMATE_FRESH_MS;
    const one = (all - GAS_BASE) / BigInt(group.length);
    const roomy = one + (one * HEADROOM_PERCENT) / 100n;
    // An RPC that lies about it must not have us offer more than any transfer takes, nor too little for one.
    const sane = roomy < MAX_GAS ? roomy : MAX_GAS;
    each = sane > GAS_EACH ? sane : GAS_EACH;
  }

  async function quoteGroup(
    authorizations: readonly Authorization[],
    price: Promise<GasPrice>,
  ): Promise<GroupQuote> {
    const eachNow = each;
    // One has room always, and is tried while the price is read.
    const group =
      authorizations.length > 1 ? authorizations.slice(0, roomIn(await price, eachNow)) : authorizations;
    const calls = group.map((one) => ({ target: one.asset, data: encodeTransfer(one) }));
    const gas = gasFor(group.length, eachNow);
    const question = async (client: ChainClient): Promise<GroupQuote> => {
      const balanceOf = { target: multicall3Of(client), data: ethBalanceOf };
      const [results, { maxFeePerGas, maxPriorityFeePerGas, headNumber }] = await Promise.all([
        callTogether(client, [balanceOf, ...calls], { gas }).catch(noneIfObjected),
        price,
        estimate(client, group),
      ]);
      const quote = { gas: { gas, maxFeePerGas, maxPriorityFeePerGas }, headNumber };
      if (results === null) return { moves: group.map(() => false), ...quote };
      const [balance, ...tried] = results;
      if (balance?.success !== true) throw new Error("Multicall3 did not tell the relayer's balance");
      requireFunds(relayer, BigInt(balance.returnData), gas * maxFeePerGas);
      return { moves: group.map((_, index) => tried[index]?.success === true), ...quote };
    };
    const quote = await rpc.ask(question, { doubts: ({ moves }) => !moves.includes(true) });
    // What turned out to take more is cut and tried again with that: what is offered is what was tried, and no more than its share.
    return each > eachNow ? quoteGroup(authorizations, price) : quote;
  }
  return quoteGroup;
}
