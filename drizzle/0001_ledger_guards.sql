-- The transitions of a payment that are drawn in the design, and no others; and what may never change.
CREATE FUNCTION guard_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.identity, OLD.digest, OLD.fingerprint, OLD.merchant_id, OLD.endpoint_id, OLD.endpoint_version, OLD.scheme,
      OLD.network, OLD.asset, OLD.payer, OLD.pay_to, OLD.amount, OLD.authorization, OLD.valid_before, OLD.charge)
    IS DISTINCT FROM
     (NEW.identity, NEW.digest, NEW.fingerprint, NEW.merchant_id, NEW.endpoint_id, NEW.endpoint_version, NEW.scheme,
      NEW.network, NEW.asset, NEW.payer, NEW.pay_to, NEW.amount, NEW.authorization, NEW.valid_before, NEW.charge) THEN
    RAISE EXCEPTION 'the terms of payment % never change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.money <> NEW.money AND (OLD.money, NEW.money) NOT IN
    (('held', 'submitting'), ('held', 'void'), ('submitting', 'settled'), ('submitting', 'void'), ('settled', 'final')) THEN
    RAISE EXCEPTION 'payment % cannot go from % to %', OLD.id, OLD.money, NEW.money USING ERRCODE = 'check_violation';
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
CREATE TRIGGER guard_payment BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION guard_payment();
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER settlements_append_only BEFORE UPDATE OR DELETE ON settlements
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER endpoint_versions_immutable BEFORE UPDATE OR DELETE ON endpoint_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER payments_never_removed BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
