/**
 * Postgres as Drizzle sees it: the directory and its people (truth), the record (projections of the calendars) and what a
 * search looks up. Every constraint and index is named, because callers and tests match on names. Row types stay inside
 * `db/`. After a change run `npm run db:generate -- --name what`; migrations are only ever added.
 */
export * from "./audit.ts";
export * from "./directory.ts";
export * from "./identity.ts";
export * from "./incoming.ts";
export * from "./people.ts";
export * from "./record.ts";
export * from "./search.ts";
