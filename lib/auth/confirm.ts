import type { Db } from "@/lib/db/client";
import { type IdentityProof, provePassword, proveWallet } from "./identity-proof";
import { siweProof, siweTerms } from "./siwe-request";

/**
 * Makes a signed-in person prove again who they are, before money or secrets move: a stolen session alone must not be
 * enough. The message for the wallet comes from `askForSiwe("confirm", address)`.
 */
export async function confirmIdentity(
  db: Db,
  userId: string,
  proof: { password?: string; siweMessage?: string; siweSignature?: string },
): Promise<IdentityProof> {
  if (proof.siweMessage) {
    return proveWallet(db, siweTerms(), userId, await siweProof(proof.siweMessage, proof.siweSignature));
  }
  if (proof.password) return provePassword(db, userId, proof.password);
  return { ok: false, reason: "Enter your password, or sign with your wallet." };
}
