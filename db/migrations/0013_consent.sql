CREATE TABLE "consent_change" (
	"seq" bigserial NOT NULL,
	"consent_id" text NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consent_change_pk" PRIMARY KEY("seq"),
	CONSTRAINT "consent_change_kind" CHECK ("consent_change"."kind" IN ('granted', 'withdrawn'))
);
--> statement-breakpoint
CREATE TABLE "consent_code" (
	"proxy_patient_id" text NOT NULL,
	"mac" text NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "consent_code_pk" PRIMARY KEY("proxy_patient_id"),
	CONSTRAINT "consent_code_mac" UNIQUE("mac")
);
--> statement-breakpoint
CREATE TABLE "consent_try" (
	"patient_id" text NOT NULL,
	"since" timestamp(3) with time zone NOT NULL,
	"tries" integer NOT NULL,
	CONSTRAINT "consent_try_pk" PRIMARY KEY("patient_id")
);
--> statement-breakpoint
-- No release wrote consents before this one. Should there be rows all the same, nobody said who gave them: they end here.
ALTER TABLE "patient_proxy" ADD COLUMN "id" text;
--> statement-breakpoint
UPDATE "patient_proxy" SET "id" = 'cns_' || translate(left(md5("patient_id" || "proxy_patient_id"), 12), 'ilou', '0000');
--> statement-breakpoint
ALTER TABLE "patient_proxy" ALTER COLUMN "id" SET NOT NULL;
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD COLUMN "granted_by" text DEFAULT 'patient' NOT NULL;
--> statement-breakpoint
ALTER TABLE "patient_proxy" ALTER COLUMN "granted_by" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD COLUMN "reason" text;
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD COLUMN "granted_by_subject" text DEFAULT 'unknown' NOT NULL;
--> statement-breakpoint
ALTER TABLE "patient_proxy" ALTER COLUMN "granted_by_subject" DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD COLUMN "expires_at" timestamp(3) with time zone;
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD COLUMN "revoked_by" text;
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD COLUMN "revoked_by_subject" text;
--> statement-breakpoint
UPDATE "patient_proxy" SET "revoked_at" = coalesce("revoked_at", now()), "revoked_by" = 'record';
--> statement-breakpoint
ALTER TABLE "consent_code" ADD CONSTRAINT "consent_code_proxy_fk" FOREIGN KEY ("proxy_patient_id") REFERENCES "public"."patient"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "consent_try" ADD CONSTRAINT "consent_try_patient_fk" FOREIGN KEY ("patient_id") REFERENCES "public"."patient"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "patient_proxy_open" ON "patient_proxy" USING btree ("patient_id","proxy_patient_id") WHERE revoked_at IS NULL;
--> statement-breakpoint
CREATE INDEX "patient_proxy_patient_idx" ON "patient_proxy" USING btree ("patient_id","since");
--> statement-breakpoint
ALTER TABLE "patient_proxy" DROP CONSTRAINT "patient_proxy_pk";
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_pk" PRIMARY KEY("id");
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_id_shape" CHECK ("patient_proxy"."id" ~ '^cns_[0-9a-hjkmnp-tv-z]{12}$');
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_granted_by" CHECK ("patient_proxy"."granted_by" IN ('patient', 'clinic'));
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_reason" CHECK ("patient_proxy"."reason" IN ('minor', 'legal-guardian', 'asked-at-desk'));
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_clinic_says_why" CHECK (("patient_proxy"."granted_by" = 'clinic') = ("patient_proxy"."reason" IS NOT NULL));
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_ends_later" CHECK ("patient_proxy"."expires_at" > "patient_proxy"."since");
--> statement-breakpoint
ALTER TABLE "patient_proxy" ADD CONSTRAINT "patient_proxy_revoked_by" CHECK ("patient_proxy"."revoked_by" IN ('patient', 'proxy', 'clinic', 'time', 'record') AND ("patient_proxy"."revoked_at" IS NULL) = ("patient_proxy"."revoked_by" IS NULL));
--> statement-breakpoint
ALTER TABLE "consent_change" ADD CONSTRAINT "consent_change_consent_fk" FOREIGN KEY ("consent_id") REFERENCES "public"."patient_proxy"("id") ON DELETE no action ON UPDATE no action;
