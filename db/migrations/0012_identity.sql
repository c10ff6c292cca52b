CREATE TABLE "auth_account" (
	"id" text NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "auth_account_pk" PRIMARY KEY("id"),
	CONSTRAINT "auth_account_key" UNIQUE("provider_id","account_id"),
	CONSTRAINT "auth_account_no_secret" CHECK (num_nonnulls("auth_account"."access_token", "auth_account"."refresh_token", "auth_account"."id_token", "auth_account"."password") = 0)
);
--> statement-breakpoint
CREATE TABLE "auth_passkey" (
	"id" text NOT NULL,
	"name" text,
	"public_key" text NOT NULL,
	"user_id" text NOT NULL,
	"credential_id" text NOT NULL,
	"counter" integer NOT NULL,
	"device_type" text NOT NULL,
	"backed_up" boolean NOT NULL,
	"transports" text,
	"created_at" timestamp (3) with time zone,
	"aaguid" text,
	CONSTRAINT "auth_passkey_pk" PRIMARY KEY("id"),
	CONSTRAINT "auth_passkey_credential" UNIQUE("credential_id")
);
--> statement-breakpoint
CREATE TABLE "auth_user" (
	"id" text NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"phone_number" text,
	"patient_id" text,
	"staff_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "auth_user_pk" PRIMARY KEY("id"),
	CONSTRAINT "auth_user_email" UNIQUE("email"),
	CONSTRAINT "auth_user_phone" UNIQUE("phone_number"),
	CONSTRAINT "auth_user_patient" UNIQUE("patient_id"),
	CONSTRAINT "auth_user_staff" UNIQUE("staff_id"),
	CONSTRAINT "auth_user_email_lower" CHECK ("auth_user"."email" = lower("auth_user"."email"))
);
--> statement-breakpoint
CREATE TABLE "staff_invitation" (
	"staff_id" text NOT NULL,
	"token_hash" text NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "staff_invitation_pk" PRIMARY KEY("staff_id"),
	CONSTRAINT "staff_invitation_token" UNIQUE("token_hash")
);
--> statement-breakpoint
ALTER TABLE "auth_account" ADD CONSTRAINT "auth_account_user_fk" FOREIGN KEY ("user_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_passkey" ADD CONSTRAINT "auth_passkey_user_fk" FOREIGN KEY ("user_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_user" ADD CONSTRAINT "auth_user_patient_fk" FOREIGN KEY ("patient_id") REFERENCES "public"."patient"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_user" ADD CONSTRAINT "auth_user_staff_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_invitation" ADD CONSTRAINT "staff_invitation_staff_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "auth_account_user_idx" ON "auth_account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "auth_passkey_user_idx" ON "auth_passkey" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "patient_email_idx" ON "patient" USING btree (lower("email")) WHERE email IS NOT NULL;--> statement-breakpoint
CREATE INDEX "patient_phone_idx" ON "patient" USING btree ("phone") WHERE phone IS NOT NULL;