/** Gives a calendar its copy of the directory. Harmless to repeat: an equal version changes nothing. */
import type { Provider } from "../../core/directory/directory.ts";
import { PostgresUnavailable } from "./postgres.ts";
import { providerCalendar } from "./stubs.ts";
import { takeOverFor } from "./take-over.ts";

/** A provider, or [R1] a resource: whatever has a calendar and its configuration in the directory. */
export type Configurable = Pick<Provider, "id" | "calendar">;

/**
 * [AD6] What waits for it from elsewhere first, so that it never offers what is taken. @throws PostgresUnavailable when
 * nobody can say what waits and it was never configured.
 */
export async function configure(env: Env, configurable: Configurable): Promise<void> {
  const calendar = providerCalendar(env, configurable.id);
  try {
    await takeOverFor(env, configurable);
  } catch (error) {
    if (!(error instanceof PostgresUnavailable) || !(await calendar.isConfigured())) throw error;
  }
  await calendar.applyConfig(configurable.calendar);
}
