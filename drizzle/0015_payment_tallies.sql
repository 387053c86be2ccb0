CREATE TABLE "payment_tallies" (
	"merchant_id" uuid NOT NULL,
	"network" text NOT NULL,
	"slot" timestamp with time zone NOT NULL,
	"asset" text NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"paid" boolean NOT NULL,
	"delivery" text NOT NULL,
	"payments" bigint NOT NULL,
	CONSTRAINT "payment_tallies_pk" PRIMARY KEY("merchant_id","network","slot","asset","endpoint_id","amount","paid","delivery")
);
--> statement-breakpoint
CREATE TABLE "payment_tally_changes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "payment_tally_changes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"merchant_id" uuid NOT NULL,
	"network" text NOT NULL,
	"slot" timestamp with time zone NOT NULL,
	"asset" text NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"amount" numeric(78, 0) NOT NULL,
	"paid" boolean NOT NULL,
	"delivery" text NOT NULL,
	"payer" text NOT NULL,
	"payments" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tallied_payers" (
	"merchant_id" uuid NOT NULL,
	"network" text NOT NULL,
	"asset" text NOT NULL,
	"payer" text NOT NULL,
	"last_paid_at" timestamp with time zone,
	CONSTRAINT "tallied_payers_merchant_id_network_asset_payer_pk" PRIMARY KEY("merchant_id","network","asset","payer")
);
--> statement-breakpoint
CREATE TABLE "untallied_merchants" (
	"merchant_id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
DROP INDEX "payments_by_endpoint";--> statement-breakpoint
DROP INDEX "payments_by_payer";--> statement-breakpoint
DROP INDEX "settlements_by_time";--> statement-breakpoint
CREATE INDEX "payment_tally_changes_by_merchant" ON "payment_tally_changes" USING btree ("merchant_id");--> statement-breakpoint
CREATE INDEX "tallied_payers_by_time" ON "tallied_payers" USING btree ("merchant_id","network","asset","last_paid_at");--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "payments_of_payer" ON "payments" USING btree ("merchant_id","payer",(coalesce("settled_at", "claimed_at")) desc,"id" desc);--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "payments_open" ON "payments" USING btree ("merchant_id",(coalesce("settled_at", "claimed_at")) desc,"id" desc) WHERE money in ('held', 'submitting');