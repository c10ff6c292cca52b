ALTER TABLE "staff" DROP CONSTRAINT "staff_role";--> statement-breakpoint
ALTER TABLE "staff" ADD COLUMN "provider_id" text;--> statement-breakpoint
ALTER TABLE "staff" ADD CONSTRAINT "staff_provider_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."provider"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "staff_provider" ON "staff" USING btree ("provider_id") WHERE deactivated_at IS NULL;--> statement-breakpoint
ALTER TABLE "staff" ADD CONSTRAINT "staff_provider_link" CHECK (("staff"."role" = 'provider') = ("staff"."provider_id" IS NOT NULL));--> statement-breakpoint
ALTER TABLE "staff" ADD CONSTRAINT "staff_role" CHECK ("staff"."role" IN ('staff', 'admin', 'provider'));