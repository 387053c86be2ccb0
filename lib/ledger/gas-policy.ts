import type { NetworkConfig } from "@/lib/env";
import { parsePrice } from "@/lib/money";

/** What the gas of a network is worth, and how much of it one merchant may take. */
export interface GasPolicy {
  /** The price of the network's own coin, in micro-dollars. */
  nativeMicroUsd: bigint;
  /** Micro-dollars of gas that one merchant's payments may take within 24 hours. */
  dailyMicroUsd: bigint;
}

/** By CAIP-2 id; a network without one takes payments of any size from any merchant. */
export type GasPolicies = ReadonlyMap<string, GasPolicy>;

/** Wei of one coin. */
const COIN = 10n ** 18n;
const DEFAULT_DAILY_USD = "50";

function microUsd(text: string): bigint {
  const price = parsePrice(text);
  if (!price.ok) throw new Error(`${text} is no amount of dollars`);
  return price.microUsd;
}

/** Reads the gas policies from the configuration of those networks that state what their coin is worth. */
export function gasPolicies(configs: readonly NetworkConfig[]): GasPolicies {
  const policies = new Map<string, GasPolicy>();
  for (const { network, nativeUsd, merchantGasUsdPerDay = DEFAULT_DAILY_USD } of configs) {
    if (nativeUsd === undefined) continue;
    policies.set(network, {
      nativeMicroUsd: microUsd(nativeUsd),
      dailyMicroUsd: microUsd(merchantGasUsdPerDay),
    });
  }
  return policies;
}

/** What gas is worth in micro-dollars, rounded up. */
export function worthOf(wei: bigint, { nativeMicroUsd }: GasPolicy): bigint {
  return (wei * nativeMicroUsd + COIN - 1n) / COIN;
}
