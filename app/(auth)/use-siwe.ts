"use client";

import { useWallet } from "@/components/wallet";

/** What a wallet signed for us, or a sentence for the person. */
export type SignedSiwe = { ok: true; message: string; signature: string } | { ok: false; reason: string };

/** The wallets of this browser, and how one signs a message of ours; `ask` gets the message from the server. */
export function useSiwe(ask: (address: string) => Promise<string | null>) {
  const { wallets, connect, signMessage } = useWallet();

  async function sign(walletId?: string): Promise<SignedSiwe> {
    const connected = await connect(walletId);
    if (!connected.ok) return connected;
    const message = await ask(connected.value);
    if (message === null) return { ok: false, reason: "You were signed out. Sign in again." };
    const signed = await signMessage(message);
    return signed.ok ? { ok: true, message, signature: signed.value } : signed;
  }

  return { wallets, sign };
}
