CREATE TABLE "audit_entry" (
	"partition" integer NOT NULL,
	"seq" bigint NOT NULL,
	"id" text NOT NULL,
	"at" bigint NOT NULL,
	"role" text NOT NULL,
	"subject" text NOT NULL,
	"operation" text NOT NULL,
	"outcome" text NOT NULL,
	"problem" text,
	"patient_id" text,
	"appointment_id" text,
	"location_id" text,
	"people" integer,
	"hash" text NOT NULL,
	CONSTRAINT "audit_entry_pk" PRIMARY KEY("partition","seq")
);
--> statement-breakpoint
CREATE INDEX "audit_entry_at_idx" ON "audit_entry" USING btree ("at","partition","seq");--> statement-breakpoint
CREATE INDEX "audit_entry_patient_idx" ON "audit_entry" USING btree ("patient_id","at");--> statement-breakpoint
CREATE INDEX "audit_entry_subject_idx" ON "audit_entry" USING btree ("subject","at");--> statement-breakpoint
CREATE INDEX "audit_entry_location_idx" ON "audit_entry" USING btree ("location_id","at");