/** Has the calendars of the sample network made without use, so that searches by soonest find somebody. */
import { claimsFor, signToken } from "./local-token.ts";
import { readOrMakeIssuer } from "./settings.ts";

/** It writes 2,600 rows; on a slow machine that starts at the same time, seconds. */
const ANSWER_MAX_MS = 30_000;

/** [D25] Returns when it was asked for; the Workers do it in the minutes after. A failure costs a sentence, not the start. */
export async function askForCalendars(port: number): Promise<void> {
  try {
    const token = await signToken(await readOrMakeIssuer(), claimsFor({ role: "admin", clinics: [] }));
    const answer = await fetch(`http://localhost:${port}/v1/rebuild/calendars`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    });
    await answer.arrayBuffer();
    if (answer.ok) return;
    console.error(
      `The sample calendars were not made (${answer.status}); each is made when somebody looks at it.`,
    );
  } catch {
    console.error("The sample calendars were not made; each is made when somebody looks at it.");
  }
}
