import type { GasPrice } from "./chain";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";

const GWEI = 10n ** 9n;

/**
 * The most a block's proposer is offered, in wei, where the base fee is lower still: one RPC names the tip, and nobody else
 * is asked. What a coin is worth decides what is much of it, and the dear ones are all ether.
 */
const DEAR_TIP = 5n * GWEI;
const CHEAP_TIP = 100n * GWEI;

/** How old a price may be that a transaction is quoted by. */
const RECENT_MS = 1_000;

/** The fees to offer: twice the base fee, so that six full blocks in a row cannot price the transaction out. */
export async function feesOf(client: ChainClient): Promise<GasPrice> {
  const [{ baseFeePerGas, number: headNumber, gasLimit: blockGasLimit }, tip] = await Promise.all([
    client.getBlock(),
    client.estimateMaxPriorityFeePerGas(),
  ]);
  if (baseFeePerGas === null) throw new Error(`${client.chain.name} has no base fee (EIP-1559)`);
  const highest = client.chain.nativeCurrency.symbol === "ETH" ? DEAR_TIP : CHEAP_TIP;
  const maxPriorityFeePerGas = least(tip, most(baseFeePerGas, highest));
  const maxFeePerGas = baseFeePerGas * 2n + maxPriorityFeePerGas;
  return { maxFeePerGas, maxPriorityFeePerGas, baseFeePerGas, headNumber, blockGasLimit };
}

/** Makes what reads the price of gas for quotes, of which many follow each other within a block. */
export function openRecentPrice(rpc: Rpc): () => Promise<GasPrice> {
  let price: Promise<GasPrice> | undefined;
  let until = 0;
  return () => {
    if (price !== undefined && performance.now() < until) return price;
    const read = rpc.ask(feesOf);
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
