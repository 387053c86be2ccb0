"use server";

import { isAddress, zeroHash } from "viem";
import { parts } from "@/lib/server/parts";

/** What a payer holds of a network's token, in base units as digits; null when the chain does not say. */
export async function readBalance(networkId: string, payer: string): Promise<string | null> {
  const chain = parts().chains.get(String(networkId));
  if (!chain || !isAddress(payer, { strict: false })) return null;
  try {
    const asset = chain.network.token.address;
    const { balance } = await chain.payerState({ asset, from: payer, nonce: zeroHash });
    return balance.toString();
  } catch {
    return null;
  }
}
