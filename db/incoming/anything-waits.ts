import { sql } from "drizzle-orm";

/** Whether an appointment from elsewhere waits for anybody; a part of a SELECT list. Reads one row at most. */
export const ANYTHING_WAITS = sql`EXISTS (SELECT 1 FROM incoming_appointment) AS incoming`;
