CREATE TABLE "patient_deletion" (
	"patient_id" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp(3) with time zone,
	"after_provider" text DEFAULT '' NOT NULL,
	CONSTRAINT "patient_deletion_pk" PRIMARY KEY("patient_id"),
	CONSTRAINT "patient_deletion_requested_by" CHECK ("patient_deletion"."requested_by" IN ('patient', 'clinic'))
);
--> statement-breakpoint
ALTER TABLE "patient_deletion" ADD CONSTRAINT "patient_deletion_patient_fk" FOREIGN KEY ("patient_id") REFERENCES "public"."patient"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "patient_deletion_open_idx" ON "patient_deletion" USING btree ("requested_at") WHERE done_at IS NULL;