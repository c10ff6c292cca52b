/** For whom somebody looks at a page: themselves, or a person for whom they act. Says so wherever it is not themselves. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { isPatientId, type PatientId } from "../../../core/ids.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres, PostgresUnavailable } from "../postgres.ts";
import { withRepresented } from "../represents.ts";
import { type PatientPrincipal, patientOf } from "./session.ts";

/** Pages on which it matters. The others, which most people look at, ask nothing. */
const MATTERS = /^\/(me|appointments|providers)(\/|$)/;

/** [A5] One look that is kept in the isolate: a minute where there is nobody, as for nearly everybody. */
export const actsForOthers = createMiddleware<EdgeEnv>(async (c, next) => {
  const patient = MATTERS.test(c.req.path) ? patientOf(c) : null;
  if (patient) c.set("principal", await withRepresented(c, patient));
  return next();
});

export interface Named {
  readonly id: PatientId;
  readonly name: string;
}

/** With their names. Empty for nearly everybody, and while Postgres is away. */
export async function actsFor(c: Context<EdgeEnv>, patient: PatientPrincipal): Promise<readonly Named[]> {
  if (patient.represents.length === 0) return [];
  try {
    const consents = await askPostgres(c.get("settings"), (db, { consentsTo }) =>
      consentsTo(db, patient.patientId),
    );
    return consents.map(({ patientId, displayName }) => ({ id: patientId, name: displayName }));
  } catch (error) {
    if (error instanceof PostgresUnavailable) return []; // logged there
    throw error;
  }
}

/** Whose list the address asks for; null = of somebody for whom they do not act. */
export function askedFor(c: Context<EdgeEnv>, patient: PatientPrincipal): PatientId | null {
  const asked = c.req.query("for");
  if (asked === undefined) return patient.patientId;
  if (!isPatientId(asked)) return null;
  return asked === patient.patientId || patient.represents.includes(asked) ? asked : null;
}

/** The list of whom something was done for. */
export const listOfUrl = (
  patient: PatientPrincipal,
  whose: PatientId,
  query: Readonly<Record<string, string>> = {},
): string => {
  const all = new URLSearchParams({ ...query, ...(whose === patient.patientId ? {} : { for: whose }) });
  return all.size > 0 ? `/me?${all}` : "/me";
};

/** Whose list this is, and the way to the others. */
export function Switcher({
  people,
  patient,
  whose,
}: {
  people: readonly Named[];
  patient: PatientPrincipal;
  whose: PatientId;
}) {
  const all = [{ id: patient.patientId, name: "You" }, ...people];
  return (
    <nav class="switcher" aria-label="Whose appointments">
      <ul>
        {all.map(({ id, name }) => (
          <li key={id}>
            <a href={listOfUrl(patient, id)} aria-current={id === whose ? "page" : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
