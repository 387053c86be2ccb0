import { Outside } from "@/lib/chain/fixture";
import { AUTHORIZATION_USED } from "./straight";

/** Reads from the chain what payments cost there. */
export interface GasMeter {
  /** The number of the latest block. */
  head(): Promise<bigint>;
  /** Gas of all that was mined after a block, divided by the payments it holds. */
  gasOfEach(since: bigint): Promise<number>;
}

/** Opens the meter of a chain that nobody else uses meanwhile. */
export function openGasMeter(rpcUrl: string): GasMeter {
  const { client } = new Outside(rpcUrl);
  return {
    // Asked anew each time, whatever was asked a moment ago.
    head: () => client.getBlockNumber({ cacheTime: 0 }),
    async gasOfEach(since) {
      const head = await client.getBlockNumber({ cacheTime: 0 });
      let [gas, used] = [0n, 0];
      for (let blockNumber = since + 1n; blockNumber <= head; blockNumber++) {
        gas += (await client.getBlock({ blockNumber })).gasUsed;
        const logs = await client.getLogs({ fromBlock: blockNumber, toBlock: blockNumber });
        used += logs.filter(({ topics }) => topics[0] === AUTHORIZATION_USED).length;
      }
      return Number(gas) / used;
    },
  };
}
