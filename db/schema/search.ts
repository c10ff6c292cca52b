/** Small tables that a search looks words and places up in. Rebuilt from the directory, so never the truth. */
import { sql } from "drizzle-orm";
import { check, doublePrecision, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

/** Words that people search by. A mistyped one is corrected against these, never against all providers. */
export const term = pgTable(
  "term",
  {
    kind: text("kind", { enum: ["specialty", "name", "insurance"] }).notNull(),
    /** What a filter compares with: a code, or a folded name. */
    value: text("value").notNull(),
    /** The same in words, folded (`db/search-text.ts`). */
    folded: text("folded").notNull(),
  },
  (t) => [
    primaryKey({ name: "term_pk", columns: [t.kind, t.value] }),
    check("term_kind", sql`${t.kind} IN ('specialty', 'name', 'insurance')`),
    index("term_folded_idx").using("gin", sql`folded gin_trgm_ops`),
  ],
);

/** Where a ZIP code lies: its middle. */
export const postalArea = pgTable(
  "postal_area",
  {
    code: text("code").notNull(),
    latitude: doublePrecision("latitude").notNull(),
    longitude: doublePrecision("longitude").notNull(),
  },
  (t) => [
    primaryKey({ name: "postal_area_pk", columns: [t.code] }),
    check("postal_area_code", sql`${t.code} ~ '^[0-9]{5}$'`),
  ],
);
