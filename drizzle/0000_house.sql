CREATE TABLE "answers" (
	"payment_id" uuid PRIMARY KEY NOT NULL,
	"status" integer NOT NULL,
	"content_type" text,
	"size_bytes" integer NOT NULL,
	"sealed" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chain_txs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"network" text NOT NULL,
	"hash" text NOT NULL,
	"sender" text NOT NULL,
	"account_nonce" bigint NOT NULL,
	"raw" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "chain_txs_hash" UNIQUE("network","hash")
);
--> statement-breakpoint
CREATE TABLE "endpoint_versions" (
	"endpoint_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"upstream" text NOT NULL,
	"charge" text NOT NULL,
	"upstream_timeout_ms" integer NOT NULL,
	"rules" jsonb NOT NULL,
	"payouts" jsonb NOT NULL,
	"sealed_headers" "bytea",
	"header_names" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "endpoint_versions_endpoint_id_version_pk" PRIMARY KEY("endpoint_id","version")
);
--> statement-breakpoint
CREATE TABLE "endpoints" (
	"id" uuid PRIMARY KEY NOT NULL,
	"merchant_id" uuid NOT NULL,
	"slug" text NOT NULL,
	"state" text DEFAULT 'live' NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "endpoints_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"provider" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "identities_provider_subject_pk" PRIMARY KEY("provider","subject")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"user_id" uuid NOT NULL,
	"merchant_id" uuid NOT NULL,
	"role" text NOT NULL,
	CONSTRAINT "memberships_user_id_merchant_id_pk" PRIMARY KEY("user_id","merchant_id")
);
--> statement-breakpoint
CREATE TABLE "merchants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"identity" "bytea" NOT NULL,
	"digest" "bytea" NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"merchant_id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"endpoint_version" integer NOT NULL,
	"rule" text NOT NULL,
	"method" text NOT NULL,
	"path" text NOT NULL,
	"query" text NOT NULL,
	"protocol" integer NOT NULL,
	"scheme" text NOT NULL,
	"network" text NOT NULL,
	"asset" text NOT NULL,
	"payer" text NOT NULL,
	"pay_to" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"authorization" jsonb NOT NULL,
	"valid_before" numeric(78, 0) NOT NULL,
	"charge" text NOT NULL,
	"money" text NOT NULL,
	"delivery" text NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"reason" text,
	"upstream_status" integer,
	"lease_owner" text,
	"lease_until" timestamp with time zone,
	"chain_tx_id" uuid,
	"facilitator" text,
	"facilitator_tx_hash" text,
	"presented_at" timestamp with time zone NOT NULL,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"answered_at" timestamp with time zone,
	"submitted_at" timestamp with time zone,
	"settled_at" timestamp with time zone,
	"voided_at" timestamp with time zone,
	CONSTRAINT "payments_identity_unique" UNIQUE("identity"),
	CONSTRAINT "payments_charge_for_an_answer" CHECK (money not in ('submitting', 'settled', 'final') or charge = 'before' or answered_at is not null),
	CONSTRAINT "payments_amount_positive" CHECK (amount > 0),
	CONSTRAINT "payments_attempts" CHECK (attempt between 1 and 5),
	CONSTRAINT "payments_settled_at" CHECK ((money in ('settled', 'final')) = (settled_at is not null))
);
--> statement-breakpoint
CREATE TABLE "relayers" (
	"network" text NOT NULL,
	"address" text NOT NULL,
	"next_nonce" bigint NOT NULL,
	CONSTRAINT "relayers_network_address_pk" PRIMARY KEY("network","address")
);
--> statement-breakpoint
CREATE TABLE "settlements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"payment_id" uuid NOT NULL,
	"merchant_id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"endpoint_version" integer NOT NULL,
	"network" text NOT NULL,
	"asset" text NOT NULL,
	"scheme" text NOT NULL,
	"payer" text NOT NULL,
	"pay_to" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"tx_hash" text NOT NULL,
	"log_index" integer NOT NULL,
	"block_number" bigint NOT NULL,
	"block_hash" text NOT NULL,
	"block_time" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "settlements_payment_id_unique" UNIQUE("payment_id")
);
--> statement-breakpoint
CREATE TABLE "sign_in_nonces" (
	"nonce" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text,
	"name" text NOT NULL,
	"password_hash" text,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"sessions_valid_from" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoint_versions" ADD CONSTRAINT "endpoint_versions_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoint_versions" ADD CONSTRAINT "endpoint_versions_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_merchant_id_merchants_id_fk" FOREIGN KEY ("merchant_id") REFERENCES "public"."merchants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_merchant_id_merchants_id_fk" FOREIGN KEY ("merchant_id") REFERENCES "public"."merchants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_merchant_id_merchants_id_fk" FOREIGN KEY ("merchant_id") REFERENCES "public"."merchants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_chain_tx_id_chain_txs_id_fk" FOREIGN KEY ("chain_tx_id") REFERENCES "public"."chain_txs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_merchant_id_merchants_id_fk" FOREIGN KEY ("merchant_id") REFERENCES "public"."merchants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "answers_by_expiry" ON "answers" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "chain_txs_by_nonce" ON "chain_txs" USING btree ("network","sender","account_nonce");--> statement-breakpoint
CREATE INDEX "endpoints_by_merchant" ON "endpoints" USING btree ("merchant_id","id");--> statement-breakpoint
CREATE INDEX "identities_by_user" ON "identities" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "payments_by_time" ON "payments" USING btree ("merchant_id",(coalesce("settled_at", "claimed_at")) desc,"id" desc);--> statement-breakpoint
CREATE INDEX "payments_by_endpoint" ON "payments" USING btree ("endpoint_id","id" desc);--> statement-breakpoint
CREATE INDEX "payments_by_payer" ON "payments" USING btree ("merchant_id","payer");--> statement-breakpoint
CREATE INDEX "payments_submitting" ON "payments" USING btree ("submitted_at") WHERE money = 'submitting';--> statement-breakpoint
CREATE INDEX "payments_held" ON "payments" USING btree ("lease_until") WHERE money = 'held';--> statement-breakpoint
CREATE INDEX "payments_undelivered" ON "payments" USING btree ("lease_until") WHERE money in ('settled', 'final') and delivery = 'pending';--> statement-breakpoint
CREATE INDEX "payments_by_chain_tx" ON "payments" USING btree ("chain_tx_id");--> statement-breakpoint
CREATE UNIQUE INDEX "settlements_log" ON "settlements" USING btree ("network","tx_hash","log_index");--> statement-breakpoint
CREATE INDEX "settlements_by_time" ON "settlements" USING btree ("merchant_id","block_time");