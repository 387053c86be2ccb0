import { cookies } from "next/headers";
import { isAddress } from "viem";
import { parts } from "@/lib/server/parts";
import { siweCookie } from "./cookies";
import { issueSiweMessage, type SiweProof, type SiwePurpose, type SiweTerms } from "./siwe";

/** What every message for this Farebox must name. */
export function siweTerms(): SiweTerms {
  const { env, networks } = parts();
  return { origin: env.FAREBOX_ORIGIN, chainId: networks[0]?.chainId ?? 1 };
}

/** Writes the message the wallet at `address` shall sign, and binds it to this browser; null when it is no address. */
export async function askForSiwe(purpose: SiwePurpose, address: string): Promise<string | null> {
  if (!isAddress(address, { strict: false })) return null;
  const terms = siweTerms();
  const { message, nonce } = await issueSiweMessage(parts().database.db, terms, purpose, address);
  const { name, options } = siweCookie(terms.origin);
  (await cookies()).set(name, nonce, options);
  return message;
}

/** Puts what the wallet returned together with the nonce this browser holds. */
export async function siweProof(message = "", signature = ""): Promise<SiweProof> {
  const jar = await cookies();
  return { message, signature, boundNonce: jar.get(siweCookie(siweTerms().origin).name)?.value };
}
