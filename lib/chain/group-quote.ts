import type { Address, Hex } from "viem";
import type { Authorization, GasPrice, GroupQuote } from "./chain";
import { callTogether, multicall3Of } from "./multicall";
import { addressWord } from "./payer-state";
import { requireFunds } from "./quote";
import type { Rpc } from "./rpc";
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
/** A group takes no more of a block than this part of it, and no more than any chain allows one transaction (EIP-7825). */
const BLOCK_SHARE = 4n;
const MOST_GAS = 2n ** 24n;

/**
 * Makes what quotes transfers that go as one transaction: one simulation tells which of them move, and gas is offered by
 * their number. That is tight on purpose: whoever learns to burn gas between now and then burns what the group would have
 * taken, and no more.
 */
export function openGroupQuotes(rpc: Rpc, relayer: Address) {
  const ethBalanceOf: Hex = `${ETH_BALANCE}${addressWord(relayer)}`;
  let each = GAS_EACH;
  let estimatedUntil = 0;

  const limitFor = (count: number) => GAS_FIRST + BigInt(count) * each;

  function roomIn({ blockGasLimit }: GasPrice): number {
    const share = blockGasLimit / BLOCK_SHARE;
    const most = share < MOST_GAS ? share : MOST_GAS;
    return most > limitFor(1) ? Number((most - GAS_FIRST) / each) : 1;
  }

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

  return async (authorizations: readonly Authorization[], price: Promise<GasPrice>): Promise<GroupQuote> => {
    // One has room always, and is tried while the price is read.
    const group = authorizations.length > 1 ? authorizations.slice(0, roomIn(await price)) : authorizations;
    const calls = group.map((one) => ({ target: one.asset, data: encodeTransfer(one) }));
    return rpc.ask(async (client) => {
      const balanceOf = { target: multicall3Of(client), data: ethBalanceOf };
      const [[balance, ...results], { maxFeePerGas, maxPriorityFeePerGas, headNumber }] = await Promise.all([
        callTogether(client, [balanceOf, ...calls], { gas: limitFor(group.length) }),
        price,
        estimate(client, group),
      ]);
      const gas = limitFor(group.length);
      if (balance?.success !== true) throw new Error("Multicall3 did not tell the relayer's balance");
      requireFunds(relayer, BigInt(balance.returnData), gas * maxFeePerGas);
      const moves = group.map((_, index) => results[index]?.success === true);
      return { moves, gas: { gas, maxFeePerGas, maxPriorityFeePerGas }, headNumber };
    });
  };
}
