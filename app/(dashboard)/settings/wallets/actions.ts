"use server";

import { revalidatePath } from "next/cache";
import { linkWallet, unlinkWallet } from "@/lib/auth/identities";
import { provePassword } from "@/lib/auth/identity-proof";
import { requireSession } from "@/lib/auth/session";
import { verifySiwe } from "@/lib/auth/siwe";
import { siweProof, siweTerms } from "@/lib/auth/siwe-request";
import { memberById } from "@/lib/merchants/member";
import { parts } from "@/lib/server/parts";

/** What came of a change to the wallets, in a sentence for the person. */
export type WalletChange = { ok: true; saved: string } | { ok: false; reason: string };

/**
 * Links a wallet that signed our message. A linked wallet can sign in and confirm changes, so a stolen session must not
 * be able to link one: it takes the password, or without one a sign-in of the last five minutes.
 */
export async function link(proof: {
  message: string;
  signature: string;
  password: string;
}): Promise<WalletChange> {
  const session = await requireSession();
  const { db } = parts().database;
  const member = await memberById(db, session.userId);
  if (member?.hasPassword) {
    const proved = await provePassword(db, session.userId, String(proof.password));
    if (!proved.ok) return proved;
  } else if (!session.fresh) {
    return {
      ok: false,
      reason: "Sign out and in again first: linking needs a sign-in of the last five minutes.",
    };
  }
  const signed = await siweProof(String(proof.message), String(proof.signature));
  const address = await verifySiwe(db, siweTerms(), "link", signed);
  if (address === null) return { ok: false, reason: "The signature was not accepted. Sign again." };
  const linked = await linkWallet(db, session.userId, address);
  if (!linked.ok)
    return {
      ok: false,
      reason: "This wallet signs in to another account. Sign in with it to unlink it there.",
    };
  revalidatePath("/settings/wallets");
  return { ok: true, saved: "Wallet linked. It can sign in to this account." };
}

/** Unlinks a wallet, unless it is the last way in. */
export async function unlink(address: string): Promise<WalletChange> {
  const { userId } = await requireSession();
  const done = await unlinkWallet(parts().database.db, userId, String(address));
  revalidatePath("/settings/wallets");
  if (!done.ok && done.reason === "last_way_in") {
    return { ok: false, reason: "This wallet is the only way into your account. Link another first." };
  }
  return { ok: true, saved: "Wallet unlinked. It can no longer sign in to this account." };
}
