-- Similar words, for typing mistakes in a search. In the contrib of every server; PGlite is given it when it is opened.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
-- Ends a batch with SQLSTATE OS412 unless `holds`: how a batch of statements tests a version before it writes.
CREATE FUNCTION must_hold(holds boolean) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF holds IS NOT TRUE THEN
    RAISE EXCEPTION 'a condition of this change does not hold' USING ERRCODE = 'OS412';
  END IF;
  RETURN true;
END $$;
--> statement-breakpoint
CREATE TABLE "directory_change" (
	"seq" bigserial NOT NULL,
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"pushed_at" timestamp(3) with time zone,
	CONSTRAINT "directory_change_pk" PRIMARY KEY("seq")
);
--> statement-breakpoint
CREATE TABLE "external_id" (
	"kind" text NOT NULL,
	"system" text NOT NULL,
	"value" text NOT NULL,
	"id" text NOT NULL,
	"fingerprint" text,
	CONSTRAINT "external_id_pk" PRIMARY KEY("kind","system","value")
);
--> statement-breakpoint
CREATE TABLE "region" (
	"id" text NOT NULL,
	"name" text NOT NULL,
	"location_hint" text NOT NULL,
	CONSTRAINT "region_pk" PRIMARY KEY("id"),
	CONSTRAINT "region_hint" CHECK ("region"."location_hint" IN ('wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'))
);
--> statement-breakpoint
CREATE TABLE "patient_proxy" (
	"patient_id" text NOT NULL,
	"proxy_patient_id" text NOT NULL,
	"relation" text NOT NULL,
	"since" timestamp(3) with time zone NOT NULL,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "patient_proxy_pk" PRIMARY KEY("patient_id","proxy_patient_id"),
	CONSTRAINT "patient_proxy_not_itself" CHECK ("patient_proxy"."patient_id" <> "patient_proxy"."proxy_patient_id"),
	CONSTRAINT "patient_proxy_relation" CHECK ("patient_proxy"."relation" IN ('parent', 'guardian', 'carer', 'partner', 'other'))
);
--> statement-breakpoint
CREATE TABLE "staff" (
	"id" text NOT NULL,
	"display_name" text NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"deactivated_at" timestamp(3) with time zone,
	CONSTRAINT "staff_pk" PRIMARY KEY("id"),
	CONSTRAINT "staff_email" UNIQUE("email"),
	CONSTRAINT "staff_id_shape" CHECK ("staff"."id" ~ '^stf_[0-9a-hjkmnp-tv-z]{12}$'),
	CONSTRAINT "staff_role" CHECK ("staff"."role" IN ('staff', 'admin'))
);
--> statement-breakpoint
CREATE TABLE "staff_clinic" (
	"staff_id" text NOT NULL,
	"location_id" text NOT NULL,
	CONSTRAINT "staff_clinic_pk" PRIMARY KEY("staff_id","location_id")
);
--> statement-breakpoint
CREATE TABLE "appointment_history" (
	"appointment_id" text NOT NULL,
	"version" bigint NOT NULL,
	"change" text NOT NULL,
	"status" text NOT NULL,
	"provider_id" text NOT NULL,
	"location_id" text NOT NULL,
	"start_at" timestamp(3) with time zone NOT NULL,
	"end_at" timestamp(3) with time zone NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"event_id" text NOT NULL,
	CONSTRAINT "appointment_history_pk" PRIMARY KEY("appointment_id","version")
);
--> statement-breakpoint
CREATE TABLE "opening" (
	"provider_id" text NOT NULL,
	"visit_type_id" text NOT NULL,
	"location_id" text NOT NULL,
	"sequence" bigint NOT NULL,
	"starts" timestamp(3) with time zone[] NOT NULL,
	"refresh_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "opening_pk" PRIMARY KEY("provider_id","visit_type_id","location_id")
);
--> statement-breakpoint
CREATE TABLE "postal_area" (
	"code" text NOT NULL,
	"latitude" double precision NOT NULL,
	"longitude" double precision NOT NULL,
	CONSTRAINT "postal_area_pk" PRIMARY KEY("code"),
	CONSTRAINT "postal_area_code" CHECK ("postal_area"."code" ~ '^[0-9]{5}$')
);
--> statement-breakpoint
CREATE TABLE "term" (
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"folded" text NOT NULL,
	CONSTRAINT "term_pk" PRIMARY KEY("kind","value"),
	CONSTRAINT "term_kind" CHECK ("term"."kind" IN ('specialty', 'name', 'insurance'))
);
--> statement-breakpoint
ALTER TABLE "patient" ALTER COLUMN "email" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "patient" ALTER COLUMN "phone" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "clinic" ADD COLUMN "region_id" text;--> statement-breakpoint
ALTER TABLE "clinic" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "clinic" ADD COLUMN "deactivated_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "clinic_closure" ADD COLUMN "name" text;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "search_text" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "preferred_language" text;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "interpreter_language" text;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "access_needs" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "preferences" jsonb;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "deactivated_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "merged_into" text;--> statement-breakpoint
ALTER TABLE "provider" ADD COLUMN "gender" text;--> statement-breakpoint
ALTER TABLE "provider" ADD COLUMN "insurances" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "provider" ADD COLUMN "deactivated_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "resource" ADD COLUMN "deactivated_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "visit_type" ADD COLUMN "deactivated_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_patient_fk" FOREIGN KEY ("patient_id") REFERENCES "public"."patient"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_proxy_fk" FOREIGN KEY ("proxy_patient_id") REFERENCES "public"."patient"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_clinic" ADD CONSTRAINT "staff_clinic_staff_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_clinic" ADD CONSTRAINT "staff_clinic_clinic_fk" FOREIGN KEY ("location_id") REFERENCES "public"."clinic"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "directory_change_unpushed_idx" ON "directory_change" USING btree ("seq") WHERE pushed_at IS NULL AND kind IN ('provider', 'resource');--> statement-breakpoint
CREATE INDEX "external_id_id_idx" ON "external_id" USING btree ("id");--> statement-breakpoint
CREATE INDEX "patient_proxy_proxy_idx" ON "patient_proxy" USING btree ("proxy_patient_id");--> statement-breakpoint
CREATE INDEX "staff_clinic_location_idx" ON "staff_clinic" USING btree ("location_id","staff_id");--> statement-breakpoint
CREATE INDEX "appointment_history_at_idx" ON "appointment_history" USING btree ("at");--> statement-breakpoint
CREATE INDEX "opening_first_idx" ON "opening" USING btree ((starts[1]),"provider_id");--> statement-breakpoint
CREATE INDEX "opening_location_idx" ON "opening" USING btree ("location_id","visit_type_id");--> statement-breakpoint
CREATE INDEX "opening_visit_type_idx" ON "opening" USING btree ("visit_type_id",(starts[1]));--> statement-breakpoint
CREATE INDEX "opening_refresh_idx" ON "opening" USING btree ("refresh_at");--> statement-breakpoint
CREATE INDEX "term_folded_idx" ON "term" USING gin (folded gin_trgm_ops);--> statement-breakpoint
ALTER TABLE "clinic" ADD CONSTRAINT "clinic_region_fk" FOREIGN KEY ("region_id") REFERENCES "public"."region"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "patient" ADD CONSTRAINT "patient_merged_fk" FOREIGN KEY ("merged_into") REFERENCES "public"."patient"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "patient_birth_idx" ON "patient" USING btree ("birth_date","id");--> statement-breakpoint
CREATE INDEX "patient_search_idx" ON "patient" USING gin (search_text gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "patient_merged_idx" ON "patient" USING btree ("merged_into") WHERE merged_into IS NOT NULL;--> statement-breakpoint
CREATE INDEX "provider_specialties_idx" ON "provider" USING gin ("specialties");--> statement-breakpoint
CREATE INDEX "provider_languages_idx" ON "provider" USING gin ("languages");--> statement-breakpoint
CREATE INDEX "provider_insurances_idx" ON "provider" USING gin ("insurances");--> statement-breakpoint
ALTER TABLE "patient" ADD CONSTRAINT "patient_not_itself" CHECK ("patient"."merged_into" <> "patient"."id");--> statement-breakpoint
ALTER TABLE "provider" ADD CONSTRAINT "provider_gender" CHECK ("provider"."gender" IN ('female', 'male', 'non-binary'));--> statement-breakpoint
-- Accents are folded when a name is written again; until then a search by letters without them finds the others.
UPDATE "patient" SET "search_text" = lower("display_name") WHERE "search_text" = '';
