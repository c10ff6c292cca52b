DROP INDEX "opening_visit_type_idx";--> statement-breakpoint
ALTER TABLE "opening" ADD COLUMN "morning" timestamp(3) with time zone[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "opening" ADD COLUMN "afternoon" timestamp(3) with time zone[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "opening" ADD COLUMN "evening" timestamp(3) with time zone[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX "opening_morning_idx" ON "opening" USING btree ((morning[1]),"provider_id");--> statement-breakpoint
CREATE INDEX "opening_afternoon_idx" ON "opening" USING btree ((afternoon[1]),"provider_id");--> statement-breakpoint
CREATE INDEX "opening_evening_idx" ON "opening" USING btree ((evening[1]),"provider_id");--> statement-breakpoint
CREATE INDEX "opening_visit_type_idx" ON "opening" USING btree ("visit_type_id",(starts[1]),"provider_id");
--> statement-breakpoint
-- The parts of core/schedule/day-part.ts: until noon, until five, evening. Here, so that every writer of `starts` keeps them.
-- `starts` ascends, and what is taken from it one by one stays in its order.
CREATE FUNCTION opening_parts() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$;
--> statement-breakpoint
CREATE TRIGGER opening_parts BEFORE INSERT OR UPDATE OF starts ON "opening"
  FOR EACH ROW EXECUTE FUNCTION opening_parts();
--> statement-breakpoint
UPDATE "opening" SET "starts" = "starts";
