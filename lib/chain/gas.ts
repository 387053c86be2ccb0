import type { Address } from "viem";
import type { GasLeft } from "./chain";
import { GAS_PER_SETTLEMENT, readAsk, SETTLEMENTS_AHEAD } from "./fees";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";

/** How old a reading may be that payments are taken by, or refused by. */
const FRESH_MS = 10_000;
const FRESH_WHEN_SHORT_MS = 1_000;

/** Reads how much gas a relayer has left; throws ChainUnavailable when no RPC tells. */
export function readGasLeft(rpc: Rpc, relayer: Address): Promise<GasLeft> {
  const question = async (client: ChainClient) => {
    const { balance, maxFeePerGas } = await readAsk(client, relayer);
    const each = GAS_PER_SETTLEMENT * maxFeePerGas;
    const needed = SETTLEMENTS_AHEAD * each;
    return { balance, settlements: each === 0n ? SETTLEMENTS_AHEAD : balance / each, needed };
  };
  return rpc.ask(question, { doubts: isShort });
}

function isShort({ balance, needed }: GasLeft): boolean {
  return balance < needed;
}

/** Makes the question whether a relayer is short of gas, which stands before every payment and is asked anew now and then. */
export function watchGas(rpc: Rpc, relayer: Address): () => Promise<boolean> {
  let reading: Promise<GasLeft> | undefined;
  let until = 0;
  return async () => {
    if (reading === undefined || performance.now() >= until) {
      reading = readGasLeft(rpc, relayer);
      until = performance.now() + FRESH_MS;
      // What could not be read is asked again by the next payment.
      reading.catch(() => {
        reading = undefined;
      });
    }
    if (!isShort(await reading)) return false;
    until = Math.min(until, performance.now() + FRESH_WHEN_SHORT_MS);
    return true;
  };
}
