import type { Sealer } from "@/lib/seal";
import type { HeaderDraft } from "./parse";
import { headerKey } from "./secret-header";

/** Secret headers as one version stores them; `sealed` is null when there are none. */
export interface StoredHeaders {
  sealed: Uint8Array | null;
  /** As the merchant wrote them; they may be shown. */
  names: string[];
}

/** Binds the sealed headers to their endpoint, so that a row copied to another endpoint does not open. */
const context = (endpointId: string) => `endpoint_versions.sealed_headers ${endpointId}`;

/** Opens the secret headers of an endpoint. */
export function openHeaders(
  sealer: Sealer,
  endpointId: string,
  sealed: Uint8Array | null,
): Record<string, string> {
  if (sealed === null) return {};
  return JSON.parse(sealer.open(sealed, context(endpointId)).toString("utf8"));
}

/** Seals the headers of a draft; those it keeps are taken from the version before, by name in any case. */
export function sealHeaders(
  sealer: Sealer,
  endpointId: string,
  drafts: readonly HeaderDraft[],
  before: Uint8Array | null,
): StoredHeaders {
  const kept = new Map(
    Object.entries(openHeaders(sealer, endpointId, before)).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]),
  );
  const headers = drafts.flatMap(({ name, value }) => {
    const final = value ?? kept.get(headerKey(name));
    return final === undefined ? [] : [[name, final] as const];
  });
  if (headers.length === 0) return { sealed: null, names: [] };
  const plain = Buffer.from(JSON.stringify(Object.fromEntries(headers)));
  return { sealed: sealer.seal(plain, context(endpointId)), names: headers.map(([name]) => name) };
}
