-- A payment that ends, ends no more, or is delivered after its end changes a tally, in the same transaction. Each change is
-- a row of its own, for which nobody waits. A payment that becomes final stays in its tally.
CREATE FUNCTION tally_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.money IN ('settled', 'final', 'void') THEN
    INSERT INTO payment_tally_changes
      (merchant_id, network, slot, asset, endpoint_id, amount, paid, delivery, payer, payments)
    VALUES (OLD.merchant_id, OLD.network,
      date_bin('15 minutes', coalesce(OLD.settled_at, OLD.claimed_at), '2000-01-01T00:00:00Z'), OLD.asset,
      OLD.endpoint_id, OLD.amount, OLD.money <> 'void', OLD.delivery, OLD.payer, -1);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.money IN ('settled', 'final', 'void') THEN
    INSERT INTO payment_tally_changes
      (merchant_id, network, slot, asset, endpoint_id, amount, paid, delivery, payer, payments)
    VALUES (NEW.merchant_id, NEW.network,
      date_bin('15 minutes', coalesce(NEW.settled_at, NEW.claimed_at), '2000-01-01T00:00:00Z'), NEW.asset,
      NEW.endpoint_id, NEW.amount, NEW.money <> 'void', NEW.delivery, NEW.payer, 1);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER tally_made AFTER INSERT ON payments FOR EACH ROW
  WHEN (NEW.money IN ('settled', 'final', 'void')) EXECUTE FUNCTION tally_payment();
--> statement-breakpoint
CREATE TRIGGER tally_changed AFTER UPDATE ON payments FOR EACH ROW
  WHEN ((OLD.money IN ('settled', 'final', 'void') OR NEW.money IN ('settled', 'final', 'void'))
    AND (OLD.money = 'void', OLD.settled_at, OLD.claimed_at, OLD.delivery)
      IS DISTINCT FROM (NEW.money = 'void', NEW.settled_at, NEW.claimed_at, NEW.delivery))
  EXECUTE FUNCTION tally_payment();
--> statement-breakpoint
CREATE TRIGGER tally_pruned AFTER DELETE ON payments FOR EACH ROW
  WHEN (OLD.money IN ('settled', 'final', 'void')) EXECUTE FUNCTION tally_payment();
--> statement-breakpoint
-- What ended before these triggers is tallied by a worker.
INSERT INTO untallied_merchants SELECT id FROM merchants;
