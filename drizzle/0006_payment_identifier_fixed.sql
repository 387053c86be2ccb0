-- What a payment was first presented with is what it must be presented with again.
CREATE TRIGGER payments_identifier_fixed BEFORE UPDATE OF identifier ON payments
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
