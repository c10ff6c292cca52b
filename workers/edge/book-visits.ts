/** Books several visits under one key, each where the caller says: a laboratory and then a doctor, or a series with two providers. */
import type { Context } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import type { WantedSaga } from "../../core/agenda/command-row.ts";
import { invariant } from "../../core/invariant.ts";
import { overlaps } from "../../core/time.ts";
import type { KeyRing } from "../config.ts";
import { sealWritten } from "../sealed-text.ts";
import { admitted } from "./admission.ts";
import { patientFor } from "./api/patients.ts";
import { invalid, NOT_FOUND, type Problem } from "./api/problem.ts";
import type { VisitsBody } from "./api/schemas.ts";
import { refused, sourceOf, type TakeOutcome, takeSafely } from "./book-appointment.ts";
import {
  type AskedChoice,
  asHolder,
  type Choice,
  calendarsOf,
  choiceOf,
  freshSaga,
  withWho,
} from "./choice.ts";
import type { EdgeEnv } from "./env.ts";
import { commandId, personalFingerprintOf } from "./idempotency.ts";
import { ownLimit } from "./own-limit.ts";

/** [Z11] One saga for all of them. The first visit names the series. */
function wantedOf(
  keys: KeyRing,
  choices: readonly AskedChoice[],
  said: Pick<NonNullable<WantedSaga["book"]>, "reason" | "notes" | "source">,
): WantedSaga {
  const [first, ...visits] = choices.map((choice) => ({
    ...asHolder(keys, choice),
    timeZone: choice.timeZone,
  }));
  invariant(first, "a series has visits");
  const { appointmentId, place, timeZone } = first;
  const book = { ...said, appointmentId, place, seriesOf: appointmentId };
  return { ...freshSaga(first), timeZone, visits, book };
}

/** One person cannot be at two of them at once. */
function collision(choices: readonly Choice[]): Problem | null {
  const second = choices.findIndex(({ place }, i) =>
    choices.slice(0, i).some((earlier) => overlaps(earlier.place, place)),
  );
  if (second < 0) return null;
  const pointer = `/visits/${second}/start`;
  return invalid([{ pointer, message: "must not overlap another visit of the same request" }]);
}

/** [Z11] All of them, or none. Staff must reach every clinic among them, a provider books with themselves only. */
export async function bookVisits(
  c: Context<EdgeEnv>,
  principal: Principal,
  key: string,
  body: VisitsBody,
): Promise<TakeOutcome> {
  const choices: Choice[] = [];
  let patientId = body.patientId;
  for (const visit of body.visits) {
    if (principal.role === "provider" && principal.providerId !== visit.providerId) return refused(NOT_FOUND);
    const patient = await patientFor(c, principal, body.patientId, visit.locationId);
    if (!patient.ok) return patient;
    patientId = patient.patientId;
    const choice = await choiceOf(c, visit);
    if (!choice) return refused(NOT_FOUND);
    choices.push(choice);
  }
  const [first] = choices;
  invariant(first && patientId, "a body has visits");
  const clash = collision(choices);
  if (clash) return refused(clash);

  const whose = patientId;
  const { ID_KEYS, TEXT_KEYS } = c.get("settings");
  const written = sealWritten(TEXT_KEYS, whose, { reason: body.reason ?? null, notes: body.notes ?? null });
  const said = { ...written, source: sourceOf(principal) };
  const fingerprint = personalFingerprintOf(ID_KEYS, "POST", "/v1/series", body);
  return admitted(first.provider.id, async () => {
    const asked = await Promise.all(choices.map((choice) => withWho(c, choice, whose)));
    const answer = await takeSafely(c, calendarsOf(choices), () => ({
      command: commandId(principal.subject, whose, key),
      fingerprint,
      patientId: whose,
      ...ownLimit(c, principal),
      wanted: wantedOf(ID_KEYS, asked, said),
    }));
    return { ok: true, answer, timeZone: first.timeZone };
  });
}
