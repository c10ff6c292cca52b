CREATE TABLE "incoming_appointment" (
	"id" text NOT NULL,
	"provider_id" text NOT NULL,
	"patient_id" text NOT NULL,
	"location_id" text NOT NULL,
	"visit_type_id" text NOT NULL,
	"start_at" timestamp(3) with time zone NOT NULL,
	"end_at" timestamp(3) with time zone NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"checked_in_at" timestamp(3) with time zone,
	"cancelled_at" timestamp(3) with time zone,
	"cancellation_reason" text,
	"reason" text,
	CONSTRAINT "incoming_appointment_pk" PRIMARY KEY("id")
);
--> statement-breakpoint
ALTER TABLE "incoming_appointment" ADD CONSTRAINT "incoming_provider_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."provider"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incoming_appointment" ADD CONSTRAINT "incoming_patient_fk" FOREIGN KEY ("patient_id") REFERENCES "public"."patient"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incoming_appointment" ADD CONSTRAINT "incoming_clinic_fk" FOREIGN KEY ("location_id") REFERENCES "public"."clinic"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incoming_appointment" ADD CONSTRAINT "incoming_visit_type_fk" FOREIGN KEY ("visit_type_id") REFERENCES "public"."visit_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "incoming_provider_idx" ON "incoming_appointment" USING btree ("provider_id","id");--> statement-breakpoint
CREATE INDEX "incoming_patient_idx" ON "incoming_appointment" USING btree ("patient_id","provider_id");