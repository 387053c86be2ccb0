-- Processes keep in memory what is served under a slug; whoever changes any of it tells them, whatever program it is.
CREATE FUNCTION tell_endpoint_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM pg_notify('farebox_endpoint', OLD.slug); END IF;
  IF TG_OP <> 'DELETE' THEN PERFORM pg_notify('farebox_endpoint', NEW.slug); END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER endpoint_changed AFTER INSERT OR UPDATE OR DELETE ON endpoints
  FOR EACH ROW EXECUTE FUNCTION tell_endpoint_changed();
--> statement-breakpoint
CREATE FUNCTION tell_version_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('farebox_endpoint', slug) FROM endpoints WHERE id = NEW.endpoint_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER version_made AFTER INSERT ON endpoint_versions
  FOR EACH ROW EXECUTE FUNCTION tell_version_made();
--> statement-breakpoint
CREATE FUNCTION tell_seller_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('farebox_endpoint', slug) FROM endpoints WHERE merchant_id = NEW.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER seller_changed AFTER UPDATE ON merchants
  FOR EACH ROW EXECUTE FUNCTION tell_seller_changed();
