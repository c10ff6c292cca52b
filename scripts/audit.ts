/**
 * `npm run audit`: whether anybody is booked twice, by the record in Postgres. One line per pair, exit code 1 if there is
 * any; 2 if it cannot be found out. Looks at the server of DATABASE_URL, else at the embedded Postgres of this checkout:
 * through its door while the app runs, in its directory while it does not.
 */
import { findOverlaps, OVERLAPS_MAX } from "../db/queries/overlap-audit.ts";
import { Closing } from "./local/closing.ts";
import { openRecord } from "./local/open-record.ts";
import { StartError } from "./local/start-error.ts";

const closing = new Closing();
closing.listen();
try {
  const overlaps = await findOverlaps(await openRecord(process.env, closing));
  for (const { providerId, first, second } of overlaps) console.log(`${providerId}: ${first} and ${second}`);
  const more = overlaps.length === OVERLAPS_MAX ? " or more" : "";
  console.log(overlaps.length === 0 ? "Nobody is booked twice." : `${overlaps.length}${more} overlaps.`);
  await closing.end(overlaps.length === 0 ? 0 : 1);
} catch (error) {
  // No more than a code: what Postgres says can hold a row.
  const { code } = ((error as { cause?: unknown }).cause ?? error) as { code?: string };
  console.error(
    error instanceof StartError ? error.message : `The record cannot be read (${code ?? "nobody answers"}).`,
  );
  await closing.end(2);
}
