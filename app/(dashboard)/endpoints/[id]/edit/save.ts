"use server";

import { redirect } from "next/navigation";
import type { Unconfirmed } from "@/app/(dashboard)/confirm/use-confirm";
import { changesOf } from "@/app/(dashboard)/endpoints/[id]/version-changes";
import { parseContext } from "@/app/(dashboard)/endpoints/parse-context";
import { requireSession } from "@/lib/auth/session";
import { type Proof, stepUp } from "@/lib/auth/step-up";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { editEndpoint } from "@/lib/endpoints/edit";
import type { EndpointInput } from "@/lib/endpoints/input";
import { parseEndpoint } from "@/lib/endpoints/parse";
import { listVersions, readEndpoint } from "@/lib/endpoints/read";
import { parts } from "@/lib/server/parts";

/** A version somebody else made while this one was being edited. */
export interface NewerVersion {
  version: number;
  by: string | null;
  changes: string;
}

/** Why an edit was not saved; one that was leads to the endpoint's page. */
export type NotSaved =
  | { kind: "invalid"; errors: FieldErrors }
  /** Newest first; nothing was changed. */
  | { kind: "stale"; newer: NewerVersion[] }
  | Unconfirmed
  | { kind: "gone" };

/** Saves an edit as the next version and leads to the endpoint's page, or says why not. */
export async function saveEdit(
  endpointId: string,
  fromVersion: number,
  input: EndpointInput,
  proof: Proof | null,
): Promise<NotSaved> {
  const session = await requireSession();
  const { merchantId, userId } = session;
  const { database, sealer } = parts();
  const { db } = database;
  const before = await readEndpoint(db, merchantId, String(endpointId));
  if (!before) return { kind: "gone" };
  const parsed = await parseEndpoint(input, parseContext(merchantId, before));
  if (!parsed.ok) return { kind: "invalid", errors: parsed.errors };

  const confirmed = await stepUp(db, session, proof);
  if (!confirmed.ok && confirmed.reason !== null) return { kind: "unconfirmed", reason: confirmed.reason };
  const edited = await editEndpoint(db, sealer, merchantId, {
    endpointId: before.id,
    fromVersion,
    userId,
    draft: parsed.value,
    identityConfirmed: confirmed.ok,
  });
  if (edited.ok) redirect(`/endpoints/${before.id}`);
  if (edited.reason === "unconfirmed") return { kind: "unconfirmed", reason: null };
  if (edited.reason === "not_found") return { kind: "gone" };
  const versions = await listVersions(db, merchantId, before.id);
  const newer = versions.flatMap((version, at) =>
    version.version > fromVersion
      ? [{ version: version.version, by: version.createdBy, changes: changesOf(version, versions[at + 1]) }]
      : [],
  );
  return { kind: "stale", newer };
}
