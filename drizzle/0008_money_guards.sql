-- A settled payment goes back to submitting only when a reorg took its settlement. Replaces the function of 0001.
CREATE OR REPLACE FUNCTION guard_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.identity, OLD.digest, OLD.fingerprint, OLD.merchant_id, OLD.endpoint_id, OLD.endpoint_version, OLD.scheme,
      OLD.network, OLD.asset, OLD.payer, OLD.pay_to, OLD.amount, OLD.authorization, OLD.valid_before, OLD.charge)
    IS DISTINCT FROM
     (NEW.identity, NEW.digest, NEW.fingerprint, NEW.merchant_id, NEW.endpoint_id, NEW.endpoint_version, NEW.scheme,
      NEW.network, NEW.asset, NEW.payer, NEW.pay_to, NEW.amount, NEW.authorization, NEW.valid_before, NEW.charge) THEN
    RAISE EXCEPTION 'the terms of payment % never change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.money <> NEW.money AND (OLD.money, NEW.money) NOT IN
    (('held', 'submitting'), ('held', 'void'), ('submitting', 'settled'), ('submitting', 'void'), ('settled', 'final'),
     ('settled', 'submitting')) THEN
    RAISE EXCEPTION 'payment % cannot go from % to %', OLD.id, OLD.money, NEW.money USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.money = 'settled' AND NEW.money = 'submitting'
    AND (EXISTS (SELECT FROM settlements WHERE payment_id = OLD.id AND orphaned_at IS NULL)
      OR NOT EXISTS (SELECT FROM settlements WHERE payment_id = OLD.id)) THEN
    RAISE EXCEPTION 'payment % has a settlement that stands', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.delivery <> NEW.delivery AND (OLD.delivery, NEW.delivery) NOT IN
    (('pending', 'ready'), ('pending', 'streaming'), ('pending', 'failed'),
     ('failed', 'pending'), ('streaming', 'pending'), ('streaming', 'failed')) THEN
    RAISE EXCEPTION 'delivery of payment % cannot go from % to %', OLD.id, OLD.delivery, NEW.delivery
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
-- A settlement is never removed, and only ever changed to say that its block was dropped, before it was final.
CREATE FUNCTION guard_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.orphaned_at IS NOT NULL OR NEW.orphaned_at IS NULL
    OR to_jsonb(OLD) - 'orphaned_at' <> to_jsonb(NEW) - 'orphaned_at' THEN
    RAISE EXCEPTION 'rows of settlements are never changed or removed' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM payments WHERE id = OLD.payment_id AND money = 'final') THEN
    RAISE EXCEPTION 'the settlement of payment % is final', OLD.payment_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
DROP TRIGGER settlements_append_only ON settlements;
--> statement-breakpoint
CREATE TRIGGER settlements_append_only BEFORE UPDATE ON settlements FOR EACH ROW EXECUTE FUNCTION guard_settlement();
--> statement-breakpoint
CREATE TRIGGER settlements_never_removed BEFORE DELETE ON settlements FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- A payment may be forgotten when it moved no money and its authorization ran out a day ago: presented again it is refused
-- as expired (faults A11).
CREATE FUNCTION guard_pruning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.money <> 'void' OR OLD.valid_before > extract(epoch FROM now() - interval '24 hours') THEN
    RAISE EXCEPTION 'payment % may still be presented or is booked', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$;
--> statement-breakpoint
DROP TRIGGER payments_never_removed ON payments;
--> statement-breakpoint
CREATE TRIGGER payments_pruned_late BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION guard_pruning();
--> statement-breakpoint
-- What a payer's balance, as read at some time, must still cover besides one payment. Claims of one payer take turns until
-- they commit, and a volatile function sees what was committed before its turn: so no two of them spend the same balance
-- (faults A10). What settled at or after that time is counted too, as the balance may not know of it.
CREATE FUNCTION reserved_units(of_network text, of_asset text, of_payer text, beside bytea, read_at timestamptz)
RETURNS numeric LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(of_network || of_asset || of_payer, 0));
  RETURN (
    SELECT coalesce(sum(amount), 0) FROM payments
    WHERE payer = of_payer AND network = of_network AND asset = of_asset AND identity <> beside
      AND money IN ('held', 'submitting', 'settled') AND coalesce(settled_at, 'infinity') >= read_at
      AND (money <> 'held' OR lease_until > now())
  );
END $$;
