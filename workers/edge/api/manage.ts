/** What every route of the administration does: who may, what a refusal of Postgres means, and who is told of a change. */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { reaches, reachesClinic } from "../../../core/access/reach.ts";
import { reachOf } from "../../../core/access/rules.ts";
import type { AppointmentFacts } from "../../../core/booking/appointment.ts";
import { DIRECTORY_BELL } from "../../../core/directory/bell.ts";
import type { Provider } from "../../../core/directory/directory.ts";
import type { LocationId, ProviderId } from "../../../core/ids.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { CalendarConfig } from "../../../core/schedule/config.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { pushDirectory } from "../../push-directory.ts";
import { forgetAvailability } from "../availability-cache.ts";
import { followDirectory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres, PostgresRefusal } from "../postgres.ts";
import { forgetSearches } from "../search-cache.ts";
import { providerCalendar } from "../stubs.ts";
import { FORBIDDEN, invalid, KEY_REUSE, type Problem, UNAUTHENTICATED } from "./problem.ts";

/** Calendars that a request tells itself before it answers, a clinic's worth; the consumers tell the rest. */
const TOLD_AT_ONCE_MAX = 50;
/** Appointments that one preview names; the count is of all. */
export const OUTSIDE_MAX = 200;

export type Admitted =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly problem: Problem };

/**
 * [D11] Who may change the directory: administrators all of it, staff what concerns their own clinics only. Clinics and
 * providers are public, so a 403 gives nothing away; staff get it for foreign and missing ones alike, before anything is read.
 */
export function mayManage(c: Context<EdgeEnv>, locationIds: readonly LocationId[] | "network"): Admitted {
  const principal = c.get("principal");
  if (!principal) return { ok: false, problem: UNAUTHENTICATED };
  const reach = reachOf(principal, "clinic.manage");
  if (reach.kind === "everything") return { ok: true, principal };
  const may =
    locationIds !== "network" &&
    locationIds.length > 0 &&
    locationIds.every((id) => reachesClinic(reach, id));
  return may ? { ok: true, principal } : { ok: false, problem: FORBIDDEN };
}

/** [D26] What a condition means that does not hold where there is no version: past its limits nobody could read the directory. */
export const DIRECTORY_FULL: Problem = {
  status: 422,
  slug: "rule-violated",
  title: "There is no room for one more of these.",
  extra: { rule: "directory-full" },
};

export const STALE: Problem = {
  status: 412,
  slug: "stale-version",
  title: "This has changed since you read it.",
};

/** By the constraint's name, which says what did not exist. What is not here is a bug of ours and stays an exception. */
const REFERENCES: Readonly<Record<string, string>> = {
  clinic_region_fk: "/regionId",
  provider_site_clinic_fk: "/sites",
  provider_visit_type_visit_type_fk: "/visitTypeIds",
  patient_home_clinic_fk: "/homeLocationId",
  staff_clinic_clinic_fk: "/clinics",
  staff_provider_link: "/providerId", // [D30] or is not active any more
};
/** What belongs to somebody else already. */
const UNIQUE: Readonly<Record<string, string>> = { staff_email: "/email", staff_provider: "/providerId" };

/** Sends a write to Postgres; what it refuses becomes a problem. */
export async function write<T>(
  work: () => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; problem: Problem }> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (!(error instanceof PostgresRefusal)) throw error;
    if (error.code === "OS412") return { ok: false, problem: STALE };
    if (error.constraint === "external_id_pk") return { ok: false, problem: KEY_REUSE }; // two at once under one key
    const taken = UNIQUE[error.constraint ?? ""];
    if (taken !== undefined)
      return { ok: false, problem: invalid([{ pointer: taken, message: "must be nobody else's" }]) };
    const pointer = REFERENCES[error.constraint ?? ""];
    if (pointer === undefined) throw error;
    return { ok: false, problem: invalid([{ pointer, message: "must exist" }]) };
  }
}

/**
 * After a write: this isolate's copy and the calendars concerned have it before the answer goes out, so that its reader sees
 * it and open screens move. What cannot be told now stays in the outbox, and the doorbell is rung for it.
 */
export async function published(c: Context<EdgeEnv>, calendars: readonly ProviderId[]): Promise<void> {
  const settings = c.get("settings");
  const first = calendars.slice(0, TOLD_AT_ONCE_MAX);
  try {
    await followDirectory(settings);
    const { failed, postponed } = await askPostgres(settings, (db, queries) =>
      pushDirectory(c.env, db, queries, queries.PUSH_MAX, first),
    );
    if (failed.length + postponed === 0 && first.length === calendars.length) return;
  } catch (error) {
    logFailure("edge.publish_failed", error); // the change stands; the consumers bring it round
  } finally {
    for (const id of calendars) forgetAvailability(id);
    forgetSearches();
  }
  ringForDirectory(c);
}

/** Something is in the outbox, and the consumers are to bring it round. */
export function ringForDirectory(c: Context<EdgeEnv>): void {
  c.executionCtx.waitUntil(
    c.env.WAKE.send({ partition: DIRECTORY_BELL }).catch((error: unknown) =>
      logFailure("edge.doorbell_failed", error),
    ),
  );
}

/** Calendars that are asked at once: a visit type may be offered by 2,000, and waking all of them in one moment helps nobody. */
const ASKED_TOGETHER_MAX = 25;

/** [D14] The standing appointments that fall out of what these providers would have. Asks each calendar once. */
export async function factsOutside(
  env: Env,
  changed: readonly { readonly provider: Pick<Provider, "id">; readonly next: CalendarConfig }[],
): Promise<readonly AppointmentFacts[]> {
  const found: AppointmentFacts[] = [];
  for (let from = 0; from < changed.length; from += ASKED_TOGETHER_MAX) {
    const some = changed.slice(from, from + ASKED_TOGETHER_MAX);
    const facts = await Promise.all(
      some.map(({ provider, next }) => providerCalendar(env, provider.id).fallingOutside(next)),
    );
    found.push(...facts.flat());
  }
  return found;
}

/**
 * [D14] [A1] What this caller reaches of `facts`: the first OUTSIDE_MAX of it by provider, then start; the count is of all of it.
 * Never whose they are. What lies at foreign clinics is neither named nor counted.
 */
export function outsideDto(principal: Principal, facts: readonly AppointmentFacts[]) {
  const reached = facts.filter((one) => reaches(reachOf(principal, "appointment.read"), one));
  return {
    count: reached.length,
    appointments: reached.slice(0, OUTSIDE_MAX).map(({ id, providerId, start, end, timeZone }) => ({
      id,
      providerId,
      start: spellInZone(start, timeZone),
      end: spellInZone(end, timeZone),
    })),
  };
}
