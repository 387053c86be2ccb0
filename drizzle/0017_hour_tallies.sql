CREATE TABLE "hour_tallies" (
	"merchant_id" uuid NOT NULL,
	"network" text NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"asset" text NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"paid" boolean NOT NULL,
	"payments" bigint NOT NULL,
	"units" numeric(78, 0) NOT NULL,
	CONSTRAINT "hour_tallies_pk" PRIMARY KEY("merchant_id","network","hour","asset","endpoint_id","paid")
);
--> statement-breakpoint
INSERT INTO "untallied_merchants" SELECT "id" FROM "merchants" ON CONFLICT DO NOTHING;
