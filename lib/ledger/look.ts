import type { Database } from "@/lib/db/client";
import { groupCommit } from "@/lib/db/group-commit";
import { prepared } from "@/lib/db/prepared";
import type { ClaimedPayment } from "@/lib/gateway/ports";
import { IS_EXHAUSTED } from "./attempts";

/** What decides where a payment stands that was claimed before. */
export interface Found extends Pick<ClaimedPayment, "id" | "money" | "delivery" | "attempt" | "protocol"> {
  digest: Buffer;
  fingerprint: Buffer;
  identifier: Buffer | null;
  /** Which the payer gave with it, as it was verified. */
  signature: string;
  reason: string | null;
  /** Whether somebody works on it, which a worker does not that looks at what was sent. */
  leased: boolean;
  exhausted: boolean;
  /** Of the transaction that paid it. */
  txHash: string | null;
  /** Its answer, unless there is none or it is long. */
  sealed: Buffer | null;
}

/** Longer answers are read one by one. */
const SHORT_BYTES = 65_536;

// Every row is looked up by its key, whatever the planner thinks of a table that was empty when it planned. Keys come as
// JSON because the planner knows the length of an array, and would plan anew for each, which takes ten times as long.
const LOOK = `
  select i.n, p.id, p.money, p.delivery, p.attempt, p.protocol, p.digest, p.fingerprint, p.identifier, p.reason,
    p.signature, p.leased, p.exhausted, s.tx_hash "txHash", a.sealed
  from json_to_recordset($1::text::json) i (n int, identity bytea)
  cross join lateral (
    select p.*, p.authorization ->> 'signature' signature,
      coalesce(p.lease_until > now() and (p.lease_owner is not null or p.money <> 'submitting'), false) leased,
      ${IS_EXHAUSTED} exhausted
    from payments p where p.identity = i.identity limit 1
  ) p
  left join lateral (
    select tx_hash from settlements where payment_id = p.id and orphaned_at is null limit 1
  ) s on true
  left join lateral (
    select case when size_bytes <= ${SHORT_BYTES} then sealed end sealed from answers where payment_id = p.id limit 1
  ) a on true`;

/** Looks payments up by their identity, those of concurrent requests in one statement; null where there is none. */
export type Look = (identity: Uint8Array) => Promise<Found | null>;

/** Opens the looking up of payments. */
export function openLook(db: Database["db"]): Look {
  return groupCommit(async (identities) => {
    const keys = identities.map((identity, n) => ({
      n,
      identity: `\\x${Buffer.from(identity).toString("hex")}`,
    }));
    const rows = await prepared<Found & { n: number }>(db, LOOK, [JSON.stringify(keys)]);
    const found: (Found | null)[] = identities.map(() => null);
    for (const { n, ...row } of rows) found[n] = row;
    return found;
  });
}
