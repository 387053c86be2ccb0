"use server";

import { requireSession } from "@/lib/auth/session";
import type { HostChallenge } from "@/lib/endpoints/host-challenge";
import type { HostFindings } from "@/lib/endpoints/look-for-proof";
import { mayProbe, TOO_MANY_PROBES } from "@/lib/endpoints/probe-limit";
import { isHostProven } from "@/lib/endpoints/proven-hosts";
import { checkHost, hostChallenge } from "@/lib/server/host-proof";
import { parts } from "@/lib/server/parts";

/** What the merchant must put where for the host of an upstream, and whether they have; null while it is no URL. */
export async function readHostProof(
  upstream: string,
): Promise<{ challenge: HostChallenge; proven: boolean } | null> {
  const { merchantId } = await requireSession();
  if (!URL.canParse(upstream) || !/^https?:/.test(upstream)) return null;
  const challenge = hostChallenge(parts(), merchantId, upstream);
  return { challenge, proven: await isHostProven(parts().database.db, merchantId, upstream) };
}

/** Looks for the proof and tells what was found, or why it was not looked for. */
export async function checkHostProof(
  upstream: string,
): Promise<{ ok: true; findings: HostFindings } | { ok: false; reason: string }> {
  const { merchantId } = await requireSession();
  if (!URL.canParse(upstream)) return { ok: false, reason: "Enter the URL of your server first." };
  if (!(await mayProbe(parts().database.db, merchantId))) return { ok: false, reason: TOO_MANY_PROBES };
  return { ok: true, findings: await checkHost(parts(), merchantId, upstream) };
}
