-- Nobody listens: what an endpoint sells is read when it is asked for, by all who ask at once together.
DROP TRIGGER endpoint_changed ON endpoints;
--> statement-breakpoint
DROP TRIGGER merchant_changed ON merchants;
--> statement-breakpoint
DROP FUNCTION tell_endpoint_changed();
--> statement-breakpoint
DROP FUNCTION tell_merchant_changed();
