import type { Db } from "@/lib/db/client";
import { type IdentityProof, provePassword, proveWallet } from "./identity-proof";
import { readSessionId, writeSessionId } from "./session-cookie";
import { confirmSession, type Session } from "./sessions";
import { siweProof, siweTerms } from "./siwe-request";

/** How a person proves again who they are; the message for the wallet comes from `askForSiwe("confirm", address)`. */
export type Proof = { password: string } | { siweMessage: string; siweSignature: string };

async function check(db: Db, userId: string, proof: Proof): Promise<IdentityProof> {
  if ("password" in proof) return provePassword(db, userId, String(proof.password));
  const signed = await siweProof(String(proof.siweMessage), String(proof.siweSignature));
  return proveWallet(db, siweTerms(), userId, signed);
}

/**
 * Makes a signed-in person prove again who they are, before money or secrets move: a stolen session alone must not be
 * enough. Once proved it counts for five minutes, in this session alone. `reason` is null when there was no proof.
 */
export async function stepUp(
  db: Db,
  session: Session,
  proof: Proof | null,
): Promise<{ ok: true } | { ok: false; reason: string | null }> {
  if (proof === null) return session.confirmed ? { ok: true } : { ok: false, reason: null };
  const proved = await check(db, session.userId, proof);
  if (!proved.ok) return proved;
  const id = await readSessionId();
  const next = id === null ? null : await confirmSession(db, id);
  if (next === null) return { ok: false, reason: "You were signed out. Sign in again." };
  await writeSessionId(next);
  return { ok: true };
}
