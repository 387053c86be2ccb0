CREATE TABLE "chain_cursors" (
	"network" text NOT NULL,
	"worker" text NOT NULL,
	"block_number" bigint NOT NULL,
	"block_hash" text NOT NULL,
	"advanced_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "chain_cursors_network_worker_pk" PRIMARY KEY("network","worker")
);
--> statement-breakpoint
CREATE TABLE "chain_findings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"network" text NOT NULL,
	"tx_hash" text NOT NULL,
	"log_index" integer NOT NULL,
	"block_number" bigint NOT NULL,
	"pay_to" text NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"payment_id" uuid,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "chain_findings_log" UNIQUE("network","tx_hash","log_index","kind")
);
--> statement-breakpoint
ALTER TABLE "settlements" DROP CONSTRAINT "settlements_payment_id_unique";--> statement-breakpoint
DROP INDEX "chain_txs_by_nonce";--> statement-breakpoint
DROP INDEX "payments_submitting";--> statement-breakpoint
DROP INDEX "settlements_log";--> statement-breakpoint
ALTER TABLE "chain_txs" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "chain_txs" ADD COLUMN "max_fee_per_gas" numeric(78, 0);--> statement-breakpoint
ALTER TABLE "chain_txs" ADD COLUMN "max_priority_fee_per_gas" numeric(78, 0);--> statement-breakpoint
ALTER TABLE "chain_txs" ADD COLUMN "gas_limit" numeric(78, 0);--> statement-breakpoint
ALTER TABLE "chain_txs" ADD COLUMN "priced_at_block" bigint;--> statement-breakpoint
ALTER TABLE "chain_txs" ADD COLUMN "mined_in_block" bigint;--> statement-breakpoint
ALTER TABLE "chain_txs" ADD COLUMN "gas_used" numeric(78, 0);--> statement-breakpoint
ALTER TABLE "chain_txs" ADD COLUMN "gas_cost" numeric(78, 0);--> statement-breakpoint
ALTER TABLE "merchants" ADD COLUMN "suspended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "orphaned_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "chain_findings" ADD CONSTRAINT "chain_findings_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "chain_findings_open" ON "chain_findings" USING btree ("first_seen_at" desc) WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "chain_txs_unmined" ON "chain_txs" USING btree ("network","sender","account_nonce") WHERE gas_cost is null;--> statement-breakpoint
CREATE INDEX "chain_txs_mined" ON "chain_txs" USING btree ("network","mined_in_block" desc) WHERE gas_cost > 0;--> statement-breakpoint
CREATE INDEX "payments_in_flight" ON "payments" USING btree ("network","submitted_at") WHERE money = 'submitting';--> statement-breakpoint
CREATE INDEX "payments_not_final" ON "payments" USING btree ("network","settled_at") WHERE money = 'settled';--> statement-breakpoint
CREATE INDEX "payments_against_balance" ON "payments" USING btree ("payer",(coalesce("settled_at", 'infinity'))) WHERE money in ('held', 'submitting', 'settled');--> statement-breakpoint
CREATE INDEX "payments_void" ON "payments" USING btree ("payer","voided_at") WHERE money = 'void';--> statement-breakpoint
CREATE INDEX "settlements_by_block" ON "settlements" USING btree ("network","block_number");--> statement-breakpoint
ALTER TABLE "chain_txs" ADD CONSTRAINT "chain_txs_version" UNIQUE("network","sender","account_nonce","version");--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_of_payment" UNIQUE NULLS NOT DISTINCT("payment_id","orphaned_at");--> statement-breakpoint
ALTER TABLE "settlements" ADD CONSTRAINT "settlements_log" UNIQUE NULLS NOT DISTINCT("network","tx_hash","log_index","orphaned_at");