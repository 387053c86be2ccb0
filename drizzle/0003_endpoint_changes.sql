-- Replicas keep what an endpoint sells in memory for seconds; a change tells them to read it again.
CREATE FUNCTION tell_endpoint_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('farebox_endpoint', NEW.slug);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER endpoint_changed AFTER INSERT OR UPDATE ON endpoints
  FOR EACH ROW EXECUTE FUNCTION tell_endpoint_changed();
--> statement-breakpoint
CREATE FUNCTION tell_merchant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('farebox_endpoint', slug) FROM endpoints WHERE merchant_id = NEW.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER merchant_changed AFTER UPDATE ON merchants
  FOR EACH ROW EXECUTE FUNCTION tell_merchant_changed();
