/** PGlite in this process: one backend, so nothing that runs on it says anything about concurrency. */
import { afterAll, beforeAll } from "vitest";
import { openPglite } from "../../scripts/local/postgres.ts";
import { behindDoor, type DatabaseUnderTest } from "./database-under-test.ts";

/** A database of the calling file's own, from its first test to its last. */
export function embedded(): () => DatabaseUnderTest {
  let under: DatabaseUnderTest;
  beforeAll(async () => {
    under = await behindDoor(await openPglite(null), false);
  });
  afterAll(() => under?.close());
  return () => under;
}
