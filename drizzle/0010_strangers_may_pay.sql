ALTER TABLE "payments" DROP CONSTRAINT "payments_charge_for_an_answer";--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_charge_for_an_answer" CHECK (money not in ('submitting', 'settled', 'final') or charge = 'before' or answered_at is not null
        or (chain_tx_id is null and facilitator is null));