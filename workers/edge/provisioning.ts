/** Gives a calendar its copy of the directory. Harmless to repeat: an equal version changes nothing. */
import type { Provider } from "../../core/directory/directory.ts";
import { providerCalendar } from "./stubs.ts";
import { mayWaitFor, takeOverFor, takeOverIfItCan } from "./take-over.ts";

/** A provider, or [R1] a resource: whatever has a calendar and its configuration in the directory. */
export type Configurable = Pick<Provider, "id" | "calendar">;

/**
 * [AD6] What waits for it from elsewhere first, so that it never offers what is taken. A calendar that was configured before
 * goes on without, whatever fails. @throws for one that never was: PostgresUnavailable when nobody can say what waits, and
 * what the calendar throws.
 */
export async function configure(env: Env, configurable: Configurable): Promise<void> {
  const calendar = providerCalendar(env, configurable.id);
  if (mayWaitFor(configurable.id)) {
    if (await calendar.isConfigured()) await takeOverIfItCan(env, configurable);
    else await takeOverFor(env, configurable);
  }
  await calendar.applyConfig(configurable.calendar);
}
