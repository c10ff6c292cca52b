/** Gives a calendar its copy of the directory. Harmless to repeat: an equal version changes nothing. */
import type { Provider } from "../../core/directory/directory.ts";
import { providerCalendar } from "./stubs.ts";

/** A provider, or [R1] a resource: whatever has a calendar and its configuration in the directory. */
export type Configurable = Pick<Provider, "id" | "calendar">;

export async function configure(env: Env, { id, calendar }: Configurable): Promise<void> {
  await providerCalendar(env, id).applyConfig(calendar);
}
