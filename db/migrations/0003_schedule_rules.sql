CREATE TABLE "clinic_closure" (
	"location_id" text NOT NULL,
	"from_date" date NOT NULL,
	"until_date" date NOT NULL,
	CONSTRAINT "clinic_closure_pk" PRIMARY KEY("location_id","from_date"),
	CONSTRAINT "clinic_closure_order" CHECK ("clinic_closure"."from_date" <= "clinic_closure"."until_date")
);
--> statement-breakpoint
ALTER TABLE "provider_site" DROP CONSTRAINT "provider_site_hours";--> statement-breakpoint
ALTER TABLE "provider" ADD COLUMN "travel_minutes" integer;--> statement-breakpoint
ALTER TABLE "provider" ADD COLUMN "overrides" jsonb;--> statement-breakpoint
ALTER TABLE "provider_site" ADD COLUMN "breaks" jsonb;--> statement-breakpoint
ALTER TABLE "provider_site" ADD COLUMN "exceptions" jsonb;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "buffer_before_minutes" integer;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "buffer_after_minutes" integer;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "capacity" integer;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "new_patients_only" boolean;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "age_min" integer;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "age_max" integer;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "specialty" text;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "cancel_window_minutes" integer;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "move_window_minutes" integer;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "per_day_max" integer;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "requires" text[];--> statement-breakpoint
ALTER TABLE "clinic_closure" ADD CONSTRAINT "clinic_closure_clinic_fk" FOREIGN KEY ("location_id") REFERENCES "public"."clinic"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider" ADD CONSTRAINT "provider_travel" CHECK ("provider"."travel_minutes" BETWEEN 1 AND 480);--> statement-breakpoint
ALTER TABLE "provider" ADD CONSTRAINT "provider_overrides" CHECK (CASE
  WHEN jsonb_typeof("provider"."overrides") <> 'array' THEN false
  ELSE jsonb_array_length("provider"."overrides") <= 100
    AND jsonb_array_length("provider"."overrides") =
      jsonb_array_length(jsonb_path_query_array("provider"."overrides", '$[*] ? (@.visitTypeId like_regex "^vst_[0-9a-hjkmnp-tv-z]{12}$" && @.locationId like_regex "^loc_[0-9a-hjkmnp-tv-z]{12}$" && (!exists(@.minutes) || (@.minutes >= 5 && @.minutes <= 480 && @.minutes % 5 == 0)) && (!exists(@.gridMinutes) || (@.gridMinutes >= 5 && @.gridMinutes <= 480 && @.gridMinutes % 5 == 0)) && (!exists(@.bufferBeforeMinutes) || (@.bufferBeforeMinutes >= 0 && @.bufferBeforeMinutes <= 480 && @.bufferBeforeMinutes % 5 == 0)) && (!exists(@.bufferAfterMinutes) || (@.bufferAfterMinutes >= 0 && @.bufferAfterMinutes <= 480 && @.bufferAfterMinutes % 5 == 0)) && (!exists(@.noticeMinutes) || (@.noticeMinutes >= 0)) && (!exists(@.horizonDays) || (@.horizonDays >= 1)) && (!exists(@.capacity) || (@.capacity >= 1)))')) END);--> statement-breakpoint
ALTER TABLE "provider_site" ADD CONSTRAINT "provider_site_breaks" CHECK (CASE
  WHEN jsonb_typeof("provider_site"."breaks") <> 'array' THEN false
  ELSE jsonb_array_length("provider_site"."breaks") <= 200
    AND jsonb_array_length("provider_site"."breaks") =
      jsonb_array_length(jsonb_path_query_array("provider_site"."breaks", '$[*] ? (@.weekday >= 1 && @.weekday <= 7 && @.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % 5 == 0 && @.closesAt % 5 == 0 &&
  (!exists(@.from) || @.from like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}$") && (!exists(@.until) || @.until like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))')) END);--> statement-breakpoint
ALTER TABLE "provider_site" ADD CONSTRAINT "provider_site_exceptions" CHECK (CASE
  WHEN jsonb_typeof("provider_site"."exceptions") <> 'array' THEN false
  ELSE jsonb_array_length("provider_site"."exceptions") <= 366
    AND jsonb_array_length("provider_site"."exceptions") =
      jsonb_array_length(jsonb_path_query_array("provider_site"."exceptions", '$[*] ? (@.date like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" &&
  (@.kind == "closed" || ((@.kind == "instead" || @.kind == "extra") && exists(@.hours) &&
   !exists(@.hours[*] ? (!(@.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % 5 == 0 && @.closesAt % 5 == 0) || (@.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % 5 == 0 && @.closesAt % 5 == 0) is unknown)))))')) END);--> statement-breakpoint
ALTER TABLE "provider_site" ADD CONSTRAINT "provider_site_hours" CHECK (CASE
  WHEN jsonb_typeof("provider_site"."hours") <> 'array' THEN false
  ELSE jsonb_array_length("provider_site"."hours") <= 200
    AND jsonb_array_length("provider_site"."hours") =
      jsonb_array_length(jsonb_path_query_array("provider_site"."hours", '$[*] ? (@.weekday >= 1 && @.weekday <= 7 && @.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % 5 == 0 && @.closesAt % 5 == 0 &&
  (!exists(@.from) || @.from like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}$") && (!exists(@.until) || @.until like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))')) END);--> statement-breakpoint
ALTER TABLE "visit_type" ADD CONSTRAINT "visit_type_buffers" CHECK (("visit_type"."buffer_before_minutes" BETWEEN 0 AND 480 AND "visit_type"."buffer_before_minutes" % 5 = 0) AND ("visit_type"."buffer_after_minutes" BETWEEN 0 AND 480 AND "visit_type"."buffer_after_minutes" % 5 = 0));--> statement-breakpoint
ALTER TABLE "visit_type" ADD CONSTRAINT "visit_type_counts" CHECK ("visit_type"."capacity" >= 1 AND "visit_type"."per_day_max" >= 1);--> statement-breakpoint
ALTER TABLE "visit_type" ADD CONSTRAINT "visit_type_ages" CHECK ("visit_type"."age_min" >= 0 AND "visit_type"."age_max" >= 0 AND "visit_type"."age_min" <= "visit_type"."age_max");--> statement-breakpoint
ALTER TABLE "visit_type" ADD CONSTRAINT "visit_type_late" CHECK ("visit_type"."cancel_window_minutes" >= 0 AND "visit_type"."move_window_minutes" >= 0);--> statement-breakpoint
ALTER TABLE "visit_type" ADD CONSTRAINT "visit_type_requires" CHECK ("visit_type"."requires" <@ ARRAY['room', 'device', 'interpreter']);