import type { MerchantId } from "@/lib/ids";
import type { Sealer } from "@/lib/seal";
import type { HeaderDraft } from "./parse";
import { headerKey } from "./secret-header";

/** Secret headers as one version stores them; `sealed` is null when there are none. */
export interface StoredHeaders {
  sealed: Uint8Array | null;
  /** As the merchant wrote them; they may be shown. */
  names: string[];
}

/** Whose secrets they are: a row that is copied to, or given to, another endpoint or merchant does not open. */
export interface HeadersOwner {
  merchantId: MerchantId;
  endpointId: string;
}

const context = ({ merchantId, endpointId }: HeadersOwner) =>
  `endpoint_versions.sealed_headers ${merchantId} ${endpointId}`;
/** What the first release bound them to. */
const firstContext = ({ endpointId }: HeadersOwner) => `endpoint_versions.sealed_headers ${endpointId}`;

/** Opens the secret headers of an endpoint. */
export function openHeaders(
  sealer: Sealer,
  owner: HeadersOwner,
  sealed: Uint8Array | null,
): Record<string, string> {
  if (sealed === null) return {};
  return JSON.parse(sealer.open(sealed, context(owner), firstContext(owner)).toString("utf8"));
}

/** Seals the headers of a draft; those it keeps are taken from the version before, by name in any case. */
export function sealHeaders(
  sealer: Sealer,
  owner: HeadersOwner,
  drafts: readonly HeaderDraft[],
  before: Uint8Array | null,
): StoredHeaders {
  const kept = new Map(
    Object.entries(openHeaders(sealer, owner, before)).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const headers = drafts.flatMap(({ name, value }) => {
    const final = value ?? kept.get(headerKey(name));
    return final === undefined ? [] : [[name, final] as const];
  });
  if (headers.length === 0) return { sealed: null, names: [] };
  const plain = Buffer.from(JSON.stringify(Object.fromEntries(headers)));
  return { sealed: sealer.seal(plain, context(owner)), names: headers.map(([name]) => name) };
}
