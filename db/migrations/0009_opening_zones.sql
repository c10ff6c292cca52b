-- A zone that this Postgres does not know (its tzdata is older than the calendars') gives a list without parts: raised, it would
-- stop the consumer, and with it everything that the log has to tell.
CREATE OR REPLACE FUNCTION opening_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT coalesce(array_agg(s) FILTER (WHERE hour < 12), '{}'),
    coalesce(array_agg(s) FILTER (WHERE hour >= 12 AND hour < 17), '{}'),
    coalesce(array_agg(s) FILTER (WHERE hour >= 17), '{}')
  INTO NEW.morning, NEW.afternoon, NEW.evening
  FROM (
    SELECT s, date_part('hour', s AT TIME ZONE c.time_zone) AS hour
    FROM clinic c CROSS JOIN unnest(NEW.starts) AS s WHERE c.id = NEW.location_id
  ) AS told;
  RETURN NEW;
EXCEPTION WHEN invalid_parameter_value THEN
  NEW.morning := '{}';
  NEW.afternoon := '{}';
  NEW.evening := '{}';
  RETURN NEW;
END $$;
