-- A hold whose authorization ran out spends nothing, whoever still looks at it. Replaces the function of 0012.
CREATE OR REPLACE FUNCTION reserved_units(of_network text, of_asset text, of_payer text, beside bytea, read_at timestamptz)
RETURNS numeric LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(of_network || of_asset || of_payer, 0));
  RETURN (
    SELECT coalesce(sum(amount), 0) FROM payments
    WHERE payer = of_payer AND network = of_network AND asset = of_asset AND identity <> beside
      AND money IN ('held', 'submitting', 'settled') AND coalesce(settled_at, 'infinity') > read_at
      AND (money <> 'held' OR (lease_until > now() AND valid_before > extract(epoch FROM now())))
  );
END $$;
