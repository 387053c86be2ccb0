import type { Address } from "viem";
import type { Fees, GasPrice } from "./chain";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";

const GWEI = 10n ** 9n;

/**
 * The most a block's proposer is offered, in wei. The tip is what a transaction pays beyond what everyone pays, and one RPC
 * may be the only one that names it. What a coin is worth decides what is much of it, and the dear ones are all ether.
 */
const DEAR_TIP = 5n * GWEI;
const CHEAP_TIP = 100n * GWEI;

/** A relayer must be able to pay for this many settlements, or we stop taking payments (faults D20). */
export const SETTLEMENTS_AHEAD = 200n;
/** Gas of one settlement of an ordinary wallet, rounded up. */
export const GAS_PER_SETTLEMENT = 100_000n;

/** How old a price may be that a transaction is quoted by. */
const RECENT_MS = 1_000;

/** What one RPC says of the price of gas, and of what a relayer has for it; all in wei. */
export interface Ask {
  baseFee: bigint;
  tip: bigint;
  balance: bigint;
  headNumber: bigint;
  blockGasLimit: bigint;
  /** What to offer if it is right: twice the base fee, so that six full blocks in a row cannot price a transaction out. */
  maxFeePerGas: bigint;
}

/** Reads what one RPC says; the tip never more than is sane for the chain's coin. */
export async function readAsk(client: ChainClient, relayer: Address): Promise<Ask> {
  const [{ baseFeePerGas: baseFee, number: headNumber, gasLimit: blockGasLimit }, asked, balance] =
    await Promise.all([
      client.getBlock(),
      client.estimateMaxPriorityFeePerGas(),
      client.getBalance({ address: relayer }),
    ]);
  if (baseFee === null) throw new Error(`${client.chain.name} has no base fee (EIP-1559)`);
  const tip = least(asked, client.chain.nativeCurrency.symbol === "ETH" ? DEAR_TIP : CHEAP_TIP);
  return { baseFee, tip, balance, headNumber, blockGasLimit, maxFeePerGas: 2n * baseFee + tip };
}

/**
 * What to offer, by what all RPCs say, one of which may lie (faults D3). A transaction costs the base fee of its block, which
 * the chain sets, and its tip: so the lowest tip is offered, and what only one RPC calls the base fee costs nothing. It may
 * do harm in two ways, which pull in two directions:
 * - One that is too low prices the transaction out. Honest RPCs are some blocks apart, of at most an eighth each, and twice
 *   the base fee leaves room for that; a lower one lies or is stuck. So the highest counts.
 * - One that is too high asks for more than the relayer has, and nodes take no such transaction. So no transaction offers
 *   more for a unit of gas than the balance pays for 200 settlements at, which is the least a relayer has that takes payments.
 *   What all RPCs ask for may be offered always.
 *
 * `urgent` is for one that was not mined for that: the highest tip, within what is sane, since some nodes take none below
 * their own; and no balance that an RPC lies about holds it back.
 */
function agreedPrice(asks: readonly [Ask, ...Ask[]]): GasPrice {
  const lowest = (of: (ask: Ask) => bigint) => asks.map(of).reduce(least);
  const highest = (of: (ask: Ask) => bigint) => asks.map(of).reduce(most);
  const within = (balance: bigint, maxPriorityFeePerGas: bigint): Fees => {
    const affordable = balance / (SETTLEMENTS_AHEAD * GAS_PER_SETTLEMENT);
    const asked = least(
      highest((ask) => ask.maxFeePerGas),
      affordable,
    );
    const maxFeePerGas = most(
      lowest((ask) => ask.maxFeePerGas),
      asked,
    );
    return { maxFeePerGas, maxPriorityFeePerGas: least(maxPriorityFeePerGas, maxFeePerGas) };
  };
  return {
    ...within(
      lowest((ask) => ask.balance),
      lowest((ask) => ask.tip),
    ),
    urgent: within(
      highest((ask) => ask.balance),
      highest((ask) => ask.tip),
    ),
    baseFeePerGas: lowest((ask) => ask.baseFee),
    headNumber: lowest((ask) => ask.headNumber),
    topNumber: highest((ask) => ask.headNumber),
    blockGasLimit: lowest((ask) => ask.blockGasLimit),
  };
}

/** Reads the price of gas for a relayer's next transaction, as all RPCs have it. */
export async function readPrice(rpc: Rpc, relayer: Address): Promise<GasPrice> {
  return agreedPrice(await rpc.askAll((client) => readAsk(client, relayer)));
}

/** Makes what reads the price of gas for quotes, of which many follow each other within a block. */
export function openRecentPrice(rpc: Rpc, relayer: Address): () => Promise<GasPrice> {
  let price: Promise<GasPrice> | undefined;
  let until = 0;
  return () => {
    if (price !== undefined && performance.now() < until) return price;
    const read = readPrice(rpc, relayer);
    price = read;
    until = performance.now() + RECENT_MS;
    // What could not be read is asked again by the next quote.
    read.catch(() => {
      if (price === read) price = undefined;
    });
    return read;
  };
}

const most = (a: bigint, b: bigint) => (a > b ? a : b);
const least = (a: bigint, b: bigint) => (a < b ? a : b);
