CREATE TABLE "resource" (
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"location_id" text NOT NULL,
	"hours" jsonb NOT NULL,
	"exceptions" jsonb,
	"config_version" integer NOT NULL,
	CONSTRAINT "resource_pk" PRIMARY KEY("id"),
	CONSTRAINT "resource_id_shape" CHECK ("resource"."id" ~ '^prv_[0-9a-hjkmnp-tv-z]{12}$'),
	CONSTRAINT "resource_kind" CHECK ("resource"."kind" IN ('room', 'device', 'interpreter')),
	CONSTRAINT "resource_hours" CHECK (CASE
  WHEN jsonb_typeof("resource"."hours") <> 'array' THEN false
  ELSE jsonb_array_length("resource"."hours") <= 200
    AND jsonb_array_length("resource"."hours") =
      jsonb_array_length(jsonb_path_query_array("resource"."hours", '$[*] ? (@.weekday >= 1 && @.weekday <= 7 && @.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % 5 == 0 && @.closesAt % 5 == 0 &&
  (!exists(@.from) || @.from like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}$") && (!exists(@.until) || @.until like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))')) END),
	CONSTRAINT "resource_exceptions" CHECK (CASE
  WHEN jsonb_typeof("resource"."exceptions") <> 'array' THEN false
  ELSE jsonb_array_length("resource"."exceptions") <= 366
    AND jsonb_array_length("resource"."exceptions") =
      jsonb_array_length(jsonb_path_query_array("resource"."exceptions", '$[*] ? (@.date like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" &&
  (@.kind == "closed" || ((@.kind == "instead" || @.kind == "extra") && exists(@.hours) &&
   !exists(@.hours[*] ? (!(@.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % 5 == 0 && @.closesAt % 5 == 0) || (@.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % 5 == 0 && @.closesAt % 5 == 0) is unknown)))))')) END),
	CONSTRAINT "resource_config_version" CHECK ("resource"."config_version" >= 1)
);
--> statement-breakpoint
ALTER TABLE "resource" ADD CONSTRAINT "resource_clinic_fk" FOREIGN KEY ("location_id") REFERENCES "public"."clinic"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "resource_location_idx" ON "resource" USING btree ("location_id","id");