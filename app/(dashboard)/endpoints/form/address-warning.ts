"use server";

import { type Address, isAddress } from "viem";
import { requireSession } from "@/lib/auth/session";
import { parts } from "@/lib/server/parts";

/** Says what to look out for at a payout address that may be right all the same; null when there is nothing, or no telling. */
export async function warnAboutAddress(networkId: string, address: string): Promise<string | null> {
  await requireSession();
  const chain = parts().chains.get(String(networkId));
  if (!chain || !isAddress(address, { strict: false })) return null;
  try {
    if (!(await chain.isContract(address as Address))) return null;
  } catch {
    return null;
  }
  const { name, token } = chain.network;
  return `This is a contract on ${name}. Make sure that it is yours and can send ${token.symbol} on, or the money is stuck there.`;
}
