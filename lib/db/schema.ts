import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { MerchantId } from "@/lib/ids";

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
/** Base units of a token, or any unsigned 256-bit number. */
const units = (name: string) => numeric(name, { precision: 78, scale: 0, mode: "bigint" });
const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** A person who signs in; belongs to merchants through memberships. */
export const users = pgTable("users", {
  id: uuid("id").primaryKey(),
  /** Lower-cased; null for a person who signs in with a wallet only. */
  email: text("email").unique(),
  name: text("name").notNull(),
  passwordHash: text("password_hash"),
  /** IANA name, printed beside every time the person sees. */
  timeZone: text("time_zone").notNull().default("UTC"),
  /** Runs this Farebox: may see how the whole of it does. Granted on the command line; no right over any merchant. */
  operator: boolean("operator").notNull().default(false),
  /** Read by the release before `sessions` stood in a table; the release after this one drops it. */
  sessionsValidFrom: instant("sessions_valid_from").notNull().defaultNow(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** A way to sign in that is not a password: a wallet (subject = checksummed address) or a GitHub account. */
export const identities = pgTable(
  "identities",
  {
    provider: text("provider", { enum: ["wallet", "github"] }).notNull(),
    subject: text("subject").notNull(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.subject] }), index("identities_by_user").on(t.userId)],
);

/** Who is signed in where; the cookie holds the id, the row decides. Signing out deletes it, so a stolen cookie ends with it. */
export const sessions = pgTable(
  "sessions",
  {
    /** SHA-256 of the id: whoever reads this table can sign in as nobody. */
    idHash: bytea("id_hash").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    startedAt: instant("started_at").notNull().defaultNow(),
    /** Written at most once a minute; a session idle for 12 hours is over. */
    seenAt: instant("seen_at").notNull().defaultNow(),
    /** Seven days after signing in; a few seconds after another id took its place. */
    endsAt: instant("ends_at").notNull(),
    /** When the person last proved again who they are, for what a stolen session must not do. */
    confirmedAt: instant("confirmed_at"),
  },
  (t) => [
    // A changed password ends every session of its user.
    index("sessions_by_user").on(t.userId),
    // Every sign-in removes those that are over.
    index("sessions_by_end").on(t.endsAt),
  ],
);

/** Counts what may be tried only so often, in all replicas together. */
export const rateLimits = pgTable(
  "rate_limits",
  {
    /** What is counted, and a digest of for whom: no list of addresses and emails grows here. */
    key: text("key").primaryKey(),
    /** The tries that still count, the oldest first; never more than the limit. */
    hits: timestamp("hits", { withTimezone: true, mode: "string" }).array().notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  // Every new key removes those that no longer count.
  (t) => [index("rate_limits_by_expiry").on(t.expiresAt)],
);

/** SIWE nonces we gave out; one is deleted by its first use, whatever comes of it (ERC-4361). */
export const signInNonces = pgTable("sign_in_nonces", {
  nonce: text("nonce").primaryKey(),
  expiresAt: instant("expires_at").notNull(),
});

/** An account that sells. */
export const merchants = pgTable("merchants", {
  id: uuid("id").$type<MerchantId>().primaryKey(),
  name: text("name").notNull(),
  /** While set, nothing new is sold for it; what was sent to the network before is still settled and handed out. */
  suspendedAt: instant("suspended_at"),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** Who may act for which merchant. */
export const memberships = pgTable(
  "memberships",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    merchantId: uuid("merchant_id")
      .$type<MerchantId>()
      .notNull()
      .references(() => merchants.id),
    role: text("role", { enum: ["owner"] }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.merchantId] })],
);

/** A key by which a program reads what a merchant may read; revoking deletes it. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid("id").primaryKey(),
    merchantId: uuid("merchant_id")
      .$type<MerchantId>()
      .notNull()
      .references(() => merchants.id),
    name: text("name").notNull(),
    /** The part of the key that is shown and found by; the rest is known to its holder alone. */
    prefix: text("prefix").notNull().unique(),
    /** SHA-256 of the whole key, which has 256 random bits: nothing to guess, so nothing to slow down. */
    hash: bytea("hash").notNull(),
    scope: text("scope", { enum: ["payments:read"] }).notNull(),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    /** Written at most once a minute. */
    lastUsedAt: instant("last_used_at"),
  },
  // Settings list a merchant's keys.
  (t) => [index("api_keys_by_merchant").on(t.merchantId, t.id)],
);

/** Hosts a merchant has shown to control, so that endpoints in front of them may take live money. */
export const hostProofs = pgTable(
  "host_proofs",
  {
    merchantId: uuid("merchant_id")
      .$type<MerchantId>()
      .notNull()
      .references(() => merchants.id),
    /** Host of an upstream, with its port unless that is the scheme's own. */
    host: text("host").notNull(),
    method: text("method", { enum: ["dns", "file"] }).notNull(),
    provedAt: instant("proved_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.merchantId, t.host] })],
);

/** What a merchant registers; its terms live in versions. A deleted one keeps its slug, so nobody can take over its URL. */
export const endpoints = pgTable(
  "endpoints",
  {
    id: uuid("id").primaryKey(),
    merchantId: uuid("merchant_id")
      .$type<MerchantId>()
      .notNull()
      .references(() => merchants.id),
    slug: text("slug").notNull().unique(),
    state: text("state", { enum: ["live", "paused", "deleted"] })
      .notNull()
      .default("live"),
    /** The newest row in endpoint_versions; an edit names the version it was made from and fails if it is not this one. */
    version: integer("version").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [index("endpoints_by_merchant").on(t.merchantId, t.id)],
);

/** One rule of an endpoint, as stored. */
export type StoredRule = {
  /** An HTTP method in capitals, or `*`. */
  method: string;
  /** A path-to-regexp pattern, beginning with `/`. */
  path: string;
  /** Micro-dollars as digits; null when calls are free. */
  priceMicroUsd: string | null;
};

/** Where the money of one network goes, as stored. */
export type StoredPayout = {
  /** CAIP-2 id. */
  network: string;
  /** EIP-55 checksummed address. */
  payTo: string;
};

/** The terms of an endpoint at one time; immutable, an edit inserts the next. */
export const endpointVersions = pgTable(
  "endpoint_versions",
  {
    endpointId: uuid("endpoint_id")
      .notNull()
      .references(() => endpoints.id),
    version: integer("version").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    /** An absolute URL; the path of a call is appended to its path. */
    upstream: text("upstream").notNull(),
    charge: text("charge", { enum: ["after", "before"] }).notNull(),
    upstreamTimeoutMs: integer("upstream_timeout_ms").notNull(),
    /** In order: the first that matches decides. */
    rules: jsonb("rules").$type<StoredRule[]>().notNull(),
    payouts: jsonb("payouts").$type<StoredPayout[]>().notNull(),
    /** Secret headers for the upstream: sealed JSON of name to value. */
    sealedHeaders: bytea("sealed_headers"),
    /** The names of the secret headers, which may be shown. */
    headerNames: jsonb("header_names").$type<string[]>().notNull().default([]),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.endpointId, t.version] })],
);

/** One authorization a payer presented, from claim to end. Written by lib/ledger alone; triggers hold the transitions. */
export const payments = pgTable(
  "payments",
  {
    id: uuid("id").primaryKey(),
    /** Canonical bytes of (network, rail, scope, payer, nonce): the one thing that decides who was first. */
    identity: bytea("identity").notNull().unique(),
    /** What the payer signed (EIP-712 digest); the same identity with another digest is another payment, refused. */
    digest: bytea("digest").notNull(),
    /** SHA-256 of method, endpoint, path, query and body digest: the request this payment is bound to. */
    fingerprint: bytea("fingerprint").notNull(),
    /** SHA-256 of the client's own id of the payment (x402 `payment-identifier`), which the chain never shows; null without one. */
    identifier: bytea("identifier"),

    merchantId: uuid("merchant_id")
      .$type<MerchantId>()
      .notNull()
      .references(() => merchants.id),
    endpointId: uuid("endpoint_id")
      .notNull()
      .references(() => endpoints.id),
    endpointVersion: integer("endpoint_version").notNull(),
    /** The rule that was priced, as `GET /now`. */
    rule: text("rule").notNull(),
    method: text("method").notNull(),
    /** Path below the endpoint, as received. */
    path: text("path").notNull(),
    /** Query string without its `?`, as received. */
    query: text("query").notNull(),

    /** The x402 version the client spoke: 1 or 2. */
    protocol: integer("protocol").notNull(),
    scheme: text("scheme").notNull(),
    network: text("network").notNull(),
    asset: text("asset").notNull(),
    payer: text("payer").notNull(),
    payTo: text("pay_to").notNull(),
    amount: units("amount").notNull(),
    /** What the scheme needs to charge it: for exact, the EIP-3009 authorization and its signature. */
    authorization: jsonb("authorization").$type<Record<string, string>>().notNull(),
    /** Unix seconds after which the authorization can no longer move money. */
    validBefore: units("valid_before").notNull(),
    charge: text("charge", { enum: ["after", "before"] }).notNull(),

    money: text("money", { enum: ["held", "submitting", "settled", "final", "void"] }).notNull(),
    delivery: text("delivery", { enum: ["pending", "ready", "streaming", "failed"] }).notNull(),
    /** Which try this is, at most the 5th; one that ended before the upstream was asked is not counted. */
    attempt: integer("attempt").notNull().default(1),
    /** Why the last attempt ended as it did; one of the stable codes of lib/x402/reasons.ts. */
    reason: text("reason"),
    upstreamStatus: integer("upstream_status"),
    /** The process that works on this payment, until leaseUntil. */
    leaseOwner: text("lease_owner"),
    leaseUntil: instant("lease_until"),

    /** The stored transaction that settles it, when a relayer of ours does. */
    chainTxId: uuid("chain_tx_id").references(() => chainTxs.id),
    /** The facilitator that was asked to settle it, written before it is called, and the hash it named. */
    facilitator: text("facilitator"),
    facilitatorTxHash: text("facilitator_tx_hash"),

    presentedAt: instant("presented_at").notNull(),
    claimedAt: instant("claimed_at").notNull().defaultNow(),
    answeredAt: instant("answered_at"),
    submittedAt: instant("submitted_at"),
    /** The time of the block that settled it. */
    settledAt: instant("settled_at"),
    voidedAt: instant("voided_at"),
  },
  (t) => [
    // Payments table and CSV: a merchant's payments by the time they count for, newest first, paged by key.
    index("payments_by_time").on(
      t.merchantId,
      sql`(coalesce(${t.settledAt}, ${t.claimedAt})) desc`,
      sql`${t.id} desc`,
    ),
    // Search by payer, and when a payer last paid: as the table, of one payer.
    index("payments_of_payer").on(
      t.merchantId,
      t.payer,
      sql`(coalesce(${t.settledAt}, ${t.claimedAt})) desc`,
      sql`${t.id} desc`,
    ),
    // Payments table and sums: what has not ended is in no tally, and there is little of it.
    index("payments_open")
      .on(t.merchantId, sql`(coalesce(${t.settledAt}, ${t.claimedAt})) desc`, sql`${t.id} desc`)
      .where(sql`money in ('held', 'submitting')`),
    // Claim: a payer's identifier stands for one payment of an endpoint; whoever is not that payer cannot take it, and one
    // whose payment moved nothing and never will is free again.
    uniqueIndex("payments_identifier")
      .on(t.endpointId, t.payer, t.identifier)
      .where(sql`identifier is not null and money <> 'void'`),
    // Settler and backlog: what was submitted and not yet proven.
    index("payments_in_flight").on(t.network, t.submittedAt).where(sql`money = 'submitting'`),
    // Finaliser: what is settled in blocks that may still be replaced.
    index("payments_not_final").on(t.network, t.settledAt).where(sql`money = 'settled'`),
    // Overdraft: what a payer's balance, read at some block, must still cover.
    index("payments_against_balance")
      .on(t.payer, sql`(coalesce(${t.settledAt}, 'infinity'))`)
      .where(sql`money in ('held', 'submitting', 'settled')`),
    // Strikes of a payer, and pruning of what moved no money.
    index("payments_void").on(t.payer, t.voidedAt).where(sql`money = 'void'`),
    // Sweeper: work whose process is gone, and holds whose authorization ran out.
    index("payments_held").on(t.leaseUntil).where(sql`money = 'held'`),
    index("payments_undelivered")
      .on(t.leaseUntil)
      .where(sql`money in ('settled', 'final') and delivery = 'pending'`),
    // Overview and operator page: what was paid for and not delivered, which is rare.
    index("payments_owed")
      .on(t.merchantId, t.network)
      .where(sql`money in ('settled', 'final') and delivery = 'failed'`),
    index("payments_by_chain_tx").on(t.chainTxId),
    // We move money only for an answer that exists, unless the payment is charged before; a stranger may move it any time.
    check(
      "payments_charge_for_an_answer",
      sql`money not in ('submitting', 'settled', 'final') or charge = 'before' or answered_at is not null
        or (chain_tx_id is null and facilitator is null)`,
    ),
    check("payments_amount_positive", sql`amount > 0`),
    check("payments_attempts", sql`attempt between 1 and 5`),
    check("payments_settled_at", sql`(money in ('settled', 'final')) = (settled_at is not null)`),
  ],
);

/** The upstream's response as kept for a payment, so that presenting it again returns the same bytes. */
export const answers = pgTable(
  "answers",
  {
    paymentId: uuid("payment_id")
      .primaryKey()
      .references(() => payments.id),
    status: integer("status").notNull(),
    contentType: text("content_type"),
    sizeBytes: integer("size_bytes").notNull(),
    /** Sealed: headers and body. */
    sealed: bytea("sealed").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  // Sweeper: expired answers are deleted.
  (t) => [index("answers_by_expiry").on(t.expiresAt)],
);

/** The wallets of ours that send settlement transactions; the row lock on one hands out its account nonces. */
export const relayers = pgTable(
  "relayers",
  {
    network: text("network").notNull(),
    address: text("address").notNull(),
    nextNonce: bigint("next_nonce", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.network, t.address] })],
);

/**
 * A signed transaction, stored before it is broadcast, so that no crash can lose it. May settle many payments. One that
 * is stuck gets another row with the same account nonce and higher fees; the chain mines at most one of them.
 */
export const chainTxs = pgTable(
  "chain_txs",
  {
    id: uuid("id").primaryKey(),
    network: text("network").notNull(),
    hash: text("hash").notNull(),
    sender: text("sender").notNull(),
    accountNonce: bigint("account_nonce", { mode: "number" }).notNull(),
    /** Which transaction of its account nonce this is; the unique index lets one of several replicas raise the fees. */
    version: integer("version").notNull().default(1),
    raw: text("raw").notNull(),
    /** Wei. */
    maxFeePerGas: units("max_fee_per_gas"),
    /** Wei. */
    maxPriorityFeePerGas: units("max_priority_fee_per_gas"),
    gasLimit: units("gas_limit"),
    /** The head when it was priced, from which on it waits. */
    pricedAtBlock: bigint("priced_at_block", { mode: "bigint" }),
    /** The block that holds it, once known. */
    minedInBlock: bigint("mined_in_block", { mode: "bigint" }),
    gasUsed: units("gas_used"),
    /** What it cost the relayer, in wei; zero when another of its account nonce was mined. Null until then. */
    gasCost: units("gas_cost"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    unique("chain_txs_hash").on(t.network, t.hash),
    // An account nonce is handed out once, whichever replica asks.
    unique("chain_txs_version").on(t.network, t.sender, t.accountNonce, t.version),
    // What is not mined yet: rebroadcast, fees, gas.
    index("chain_txs_unmined").on(t.network, t.sender, t.accountNonce).where(sql`gas_cost is null`),
    // The latest gas costs of a network.
    index("chain_txs_mined").on(t.network, sql`${t.minedInBlock} desc`).where(sql`gas_cost > 0`),
  ],
);

/**
 * One proven transfer on chain; append-only, and the only source of revenue. One whose block a reorg dropped is marked,
 * once, and counts no more; the payment may get another.
 */
export const settlements = pgTable(
  "settlements",
  {
    id: uuid("id").primaryKey(),
    paymentId: uuid("payment_id")
      .notNull()
      .references(() => payments.id),
    merchantId: uuid("merchant_id")
      .$type<MerchantId>()
      .notNull()
      .references(() => merchants.id),
    endpointId: uuid("endpoint_id")
      .notNull()
      .references(() => endpoints.id),
    endpointVersion: integer("endpoint_version").notNull(),
    network: text("network").notNull(),
    asset: text("asset").notNull(),
    scheme: text("scheme").notNull(),
    payer: text("payer").notNull(),
    payTo: text("pay_to").notNull(),
    amount: units("amount").notNull(),
    txHash: text("tx_hash").notNull(),
    /** Index of the Transfer log in its block. */
    logIndex: integer("log_index").notNull(),
    blockNumber: bigint("block_number", { mode: "bigint" }).notNull(),
    blockHash: text("block_hash").notNull(),
    blockTime: instant("block_time").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    /** When its block was found to be no longer part of the chain. */
    orphanedAt: instant("orphaned_at"),
  },
  (t) => [
    // A payment is settled once, and one log pays for one payment: of each, one row at most is not orphaned.
    unique("settlements_of_payment").on(t.paymentId, t.orphanedAt).nullsNotDistinct(),
    unique("settlements_log").on(t.network, t.txHash, t.logIndex, t.orphanedAt).nullsNotDistinct(),
    // Chain sweep: what the ledger says of a range of blocks.
    index("settlements_by_block").on(t.network, t.blockNumber),
  ],
);

/** What payments of one tally have in common. */
const tallied = () => ({
  merchantId: uuid("merchant_id").$type<MerchantId>().notNull(),
  network: text("network").notNull(),
  /**
   * The quarter of an hour in which they count, by its start. Days, and so the bars of a chart, begin at :00, :15, :30 or
   * :45 of UTC in every time zone.
   */
  slot: instant("slot").notNull(),
  asset: text("asset").notNull(),
  endpointId: uuid("endpoint_id").notNull(),
  /** Of each. */
  amount: units("amount").notNull(),
  /** Whether they are settled or final; void otherwise. Others have not ended, and are in no tally. */
  paid: boolean("paid").notNull(),
  delivery: text("delivery", { enum: ["pending", "ready", "streaming", "failed"] }).notNull(),
});

/**
 * How many payments of a kind there are, so that sums need not read them all. Derived from `payments` alone, and exact
 * together with the changes that are not added yet; it can be made anew at any time (lib/revenue/tally).
 */
export const paymentTallies = pgTable(
  "payment_tallies",
  { ...tallied(), payments: bigint("payments", { mode: "number" }).notNull() },
  (t) => [
    // Sums by price or delivery, and of parts of an hour. Payments table: the slots in which to look.
    primaryKey({
      name: "payment_tallies_pk",
      columns: [t.merchantId, t.network, t.slot, t.asset, t.endpointId, t.amount, t.paid, t.delivery],
    }),
  ],
);

/** The same by the hour, and without what few ask for: what the overview reads of a year is little. */
export const hourTallies = pgTable(
  "hour_tallies",
  {
    merchantId: uuid("merchant_id").$type<MerchantId>().notNull(),
    network: text("network").notNull(),
    /** Its start. */
    hour: instant("hour").notNull(),
    asset: text("asset").notNull(),
    endpointId: uuid("endpoint_id").notNull(),
    paid: boolean("paid").notNull(),
    payments: bigint("payments", { mode: "number" }).notNull(),
    /** Of all of them together. */
    units: units("units").notNull(),
  },
  (t) => [
    // Headline, chart and totals: a merchant's range.
    primaryKey({
      columns: [t.merchantId, t.network, t.hour, t.asset, t.endpointId, t.paid],
      name: "hour_tallies_pk",
    }),
  ],
);

/**
 * What is not added to the tallies yet. Written by triggers in the transaction that ends a payment or takes that
 * back, as a row of its own, so that no two payments ever wait for the same tally.
 */
export const paymentTallyChanges = pgTable(
  "payment_tally_changes",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    ...tallied(),
    payer: text("payer").notNull(),
    /** 1, or -1 when it is such a payment no more. */
    payments: integer("payments").notNull(),
  },
  // Whoever reads a merchant's tallies reads these too.
  (t) => [index("payment_tally_changes_by_merchant").on(t.merchantId)],
);

/** Whoever ever paid a merchant in a token, and when last; as of the changes that were added to the tallies. */
export const talliedPayers = pgTable(
  "tallied_payers",
  {
    merchantId: uuid("merchant_id").$type<MerchantId>().notNull(),
    network: text("network").notNull(),
    asset: text("asset").notNull(),
    payer: text("payer").notNull(),
    /** Null when a reorg took all they had paid. */
    lastPaidAt: instant("last_paid_at"),
  },
  (t) => [
    primaryKey({ columns: [t.merchantId, t.network, t.asset, t.payer] }),
    // Headline: how many paid since a time.
    index("tallied_payers_by_time").on(t.merchantId, t.network, t.asset, t.lastPaidAt),
  ],
);

/** Merchants whose tallies are to be made anew; until a worker has done so, their payments themselves are read. */
export const untalliedMerchants = pgTable("untallied_merchants", {
  merchantId: uuid("merchant_id").$type<MerchantId>().primaryKey(),
});

/** How far a worker has come on a network; in the database, so that any replica goes on where another ended. */
export const chainCursors = pgTable(
  "chain_cursors",
  {
    network: text("network").notNull(),
    worker: text("worker", { enum: ["sweep", "finality"] }).notNull(),
    blockNumber: bigint("block_number", { mode: "bigint" }).notNull(),
    /** The hash that block had: when it has another now, the chain was reorganised. */
    blockHash: text("block_hash").notNull(),
    /** When the worker last came to its end. */
    advancedAt: instant("advanced_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.network, t.worker] })],
);

/** What the chain sweep found that the ledger and the chain disagree about, until it is resolved. */
export const chainFindings = pgTable(
  "chain_findings",
  {
    id: uuid("id").primaryKey(),
    /**
     * `unanswered_transfer`: an authorized transfer to a payout address, of a payment that ended without it, or is still
     * worked on. `missing_transfer`: a settlement whose final block lacks it. `unknown_transfer`: one that no payment of ours
     * made, which earlier versions took for a disagreement; it is resolved by the next sweep.
     */
    kind: text("kind", { enum: ["unknown_transfer", "unanswered_transfer", "missing_transfer"] }).notNull(),
    network: text("network").notNull(),
    txHash: text("tx_hash").notNull(),
    /** Index of the Transfer log in its block. */
    logIndex: integer("log_index").notNull(),
    blockNumber: bigint("block_number", { mode: "bigint" }).notNull(),
    payTo: text("pay_to").notNull(),
    amount: units("amount").notNull(),
    paymentId: uuid("payment_id").references(() => payments.id),
    firstSeenAt: instant("first_seen_at").notNull().defaultNow(),
    resolvedAt: instant("resolved_at"),
  },
  (t) => [
    // One transfer is found once, however often it is swept.
    unique("chain_findings_log").on(t.network, t.txHash, t.logIndex, t.kind),
    // Operator page: what is open, newest first.
    index("chain_findings_open").on(sql`${t.firstSeenAt} desc`).where(sql`resolved_at is null`),
  ],
);
