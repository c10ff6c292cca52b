/** Gives a calendar its copy of the directory. Harmless to repeat: an equal version changes nothing. */
import type { Provider } from "../../core/directory/directory.ts";
import { providerCalendar } from "./stubs.ts";

export async function configure(env: Env, provider: Provider): Promise<void> {
  await providerCalendar(env, provider.id).applyConfig(provider.calendar);
}
