CREATE TABLE "appointment" (
	"id" text NOT NULL,
	"provider_id" text NOT NULL,
	"patient_id" text NOT NULL,
	"location_id" text NOT NULL,
	"visit_type_id" text NOT NULL,
	"time_zone" text NOT NULL,
	"start_at" timestamp(3) with time zone NOT NULL,
	"end_at" timestamp(3) with time zone NOT NULL,
	"status" text NOT NULL,
	"version" bigint NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"cancelled_at" timestamp(3) with time zone,
	"cancellation_reason" text,
	CONSTRAINT "appointment_pk" PRIMARY KEY("id")
);
--> statement-breakpoint
CREATE TABLE "clinic" (
	"id" text NOT NULL,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"city" text NOT NULL,
	"state" text NOT NULL,
	"postal_code" text NOT NULL,
	"phone" text NOT NULL,
	"time_zone" text NOT NULL,
	"latitude" double precision NOT NULL,
	"longitude" double precision NOT NULL,
	CONSTRAINT "clinic_pk" PRIMARY KEY("id"),
	CONSTRAINT "clinic_id_shape" CHECK ("clinic"."id" ~ '^loc_[0-9a-hjkmnp-tv-z]{12}$'),
	CONSTRAINT "clinic_position" CHECK ("clinic"."latitude" BETWEEN -90 AND 90 AND "clinic"."longitude" BETWEEN -180 AND 180)
);
--> statement-breakpoint
CREATE TABLE "patient" (
	"id" text NOT NULL,
	"display_name" text NOT NULL,
	"birth_date" date NOT NULL,
	"email" text NOT NULL,
	"phone" text NOT NULL,
	"home_location_id" text NOT NULL,
	CONSTRAINT "patient_pk" PRIMARY KEY("id"),
	CONSTRAINT "patient_id_shape" CHECK ("patient"."id" ~ '^pat_[0-9a-hjkmnp-tv-z]{2}[0-9a-hjkmnp-tv-z]{12}$')
);
--> statement-breakpoint
CREATE TABLE "provider" (
	"id" text NOT NULL,
	"display_name" text NOT NULL,
	"search_text" text NOT NULL,
	"title" text NOT NULL,
	"specialties" text[] NOT NULL,
	"languages" text[] NOT NULL,
	"accepting_new_patients" boolean NOT NULL,
	"config_version" integer NOT NULL,
	CONSTRAINT "provider_pk" PRIMARY KEY("id"),
	CONSTRAINT "provider_id_shape" CHECK ("provider"."id" ~ '^prv_[0-9a-hjkmnp-tv-z]{12}$'),
	CONSTRAINT "provider_config_version" CHECK ("provider"."config_version" >= 1)
);
--> statement-breakpoint
CREATE TABLE "provider_site" (
	"provider_id" text NOT NULL,
	"location_id" text NOT NULL,
	"position" smallint NOT NULL,
	"hours" jsonb NOT NULL,
	CONSTRAINT "provider_site_pk" PRIMARY KEY("provider_id","location_id"),
	CONSTRAINT "provider_site_hours" CHECK (jsonb_typeof("provider_site"."hours") = 'array')
);
--> statement-breakpoint
CREATE TABLE "provider_visit_type" (
	"provider_id" text NOT NULL,
	"visit_type_id" text NOT NULL,
	CONSTRAINT "provider_visit_type_pk" PRIMARY KEY("provider_id","visit_type_id")
);
--> statement-breakpoint
CREATE TABLE "visit_type" (
	"id" text NOT NULL,
	"name" text NOT NULL,
	"minutes" integer NOT NULL,
	"grid_minutes" integer NOT NULL,
	"notice_minutes" integer NOT NULL,
	"horizon_days" integer NOT NULL,
	"modality" text NOT NULL,
	CONSTRAINT "visit_type_pk" PRIMARY KEY("id"),
	CONSTRAINT "visit_type_id_shape" CHECK ("visit_type"."id" ~ '^vst_[0-9a-hjkmnp-tv-z]{12}$'),
	CONSTRAINT "visit_type_minutes" CHECK ("visit_type"."minutes" > 0 AND "visit_type"."minutes" % 5 = 0),
	CONSTRAINT "visit_type_grid" CHECK ("visit_type"."grid_minutes" > 0 AND "visit_type"."grid_minutes" % 5 = 0),
	CONSTRAINT "visit_type_window" CHECK ("visit_type"."notice_minutes" >= 0 AND "visit_type"."horizon_days" >= 1),
	CONSTRAINT "visit_type_modality" CHECK ("visit_type"."modality" IN ('in-person', 'video', 'phone'))
);
--> statement-breakpoint
ALTER TABLE "patient" ADD CONSTRAINT "patient_home_clinic_fk" FOREIGN KEY ("home_location_id") REFERENCES "public"."clinic"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_site" ADD CONSTRAINT "provider_site_provider_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."provider"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_site" ADD CONSTRAINT "provider_site_clinic_fk" FOREIGN KEY ("location_id") REFERENCES "public"."clinic"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_visit_type" ADD CONSTRAINT "provider_visit_type_provider_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."provider"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_visit_type" ADD CONSTRAINT "provider_visit_type_visit_type_fk" FOREIGN KEY ("visit_type_id") REFERENCES "public"."visit_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "appointment_patient_idx" ON "appointment" USING btree ("patient_id","start_at");--> statement-breakpoint
CREATE INDEX "appointment_provider_idx" ON "appointment" USING btree ("provider_id","start_at");--> statement-breakpoint
CREATE INDEX "appointment_location_idx" ON "appointment" USING btree ("location_id","start_at");--> statement-breakpoint
CREATE INDEX "patient_home_idx" ON "patient" USING btree ("home_location_id","id");--> statement-breakpoint
CREATE INDEX "provider_name_idx" ON "provider" USING btree (display_name COLLATE "C","id");--> statement-breakpoint
CREATE INDEX "provider_site_location_idx" ON "provider_site" USING btree ("location_id","provider_id");--> statement-breakpoint
CREATE INDEX "provider_visit_type_visit_type_idx" ON "provider_visit_type" USING btree ("visit_type_id","provider_id");