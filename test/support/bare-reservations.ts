/**
 * What sagas leave on the disk of a stopped workerd: reservations of rooms and machines, yeses that nobody has ended,
 * releases that are still owed, commands without an end, and what patients are told they have.
 */
import type { DatabaseSync } from "node:sqlite";
import { numberOf, readEach } from "./bare-objects.ts";

interface Stored {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly version: number;
}
export interface KeptAppointment extends Stored {
  readonly patient: string;
  readonly status: string;
  readonly series: string | null;
  readonly resources: readonly string[];
}
/** One calendar, of a provider or of a resource. */
export interface KeptCalendar {
  /** Whose; empty for an object that was never configured. */
  readonly id: string;
  readonly appointments: readonly KeptAppointment[];
  readonly reservations: readonly Stored[];
  /** Yeses without an end. */
  readonly prepared: number;
  /** Resources that have not heard of a cancellation. */
  readonly owed: number;
  /** Appointments that went somewhere else. */
  readonly forwarded: readonly string[];
}
export interface KeptClaim extends Stored {
  readonly patient: string;
  readonly isActive: boolean;
}
export interface KeptAgenda {
  readonly claims: readonly KeptClaim[];
  /** States of commands that have not come to an end. */
  readonly open: readonly string[];
}

type Row = ReturnType<ReturnType<DatabaseSync["prepare"]>["all"]>[number];

const storedOf = (row: Row, id: unknown): Stored => ({
  id: String(id),
  start: Number(row.start_at),
  end: Number(row.end_at),
  version: Number(row.version),
});

function readCalendar(db: DatabaseSync): KeptCalendar {
  const all = (query: string): Row[] => db.prepare(query).all();
  const config = all("SELECT value FROM meta WHERE key = 'config'")[0]?.value;
  const { providerId } = config ? (JSON.parse(String(config)) as { providerId: string }) : { providerId: "" };
  return {
    id: providerId,
    appointments: all("SELECT * FROM appointment").map((row) => ({
      ...storedOf(row, row.id),
      patient: String(row.patient),
      status: String(row.status),
      series: row.series === null ? null : String(row.series),
      resources: JSON.parse(String(row.resources)) as string[],
    })),
    reservations: all("SELECT *, row ->> 'version' AS version FROM reservation").map((row) =>
      storedOf(row, row.appointment),
    ),
    prepared: numberOf(db, "SELECT count(*) AS n FROM prepared"),
    owed: numberOf(db, "SELECT count(*) AS n FROM release_due"),
    forwarded: all("SELECT appointment FROM forwarding").map(({ appointment }) => String(appointment)),
  };
}

function readAgenda(db: DatabaseSync): KeptAgenda {
  const open = "SELECT state FROM command WHERE state IN ('pending', 'trying', 'decided')";
  return {
    claims: db
      .prepare("SELECT * FROM claim")
      .all()
      .map((row) => ({
        ...storedOf(row, row.appointment),
        patient: String(row.patient),
        isActive: row.active === 1,
      })),
    open: db
      .prepare(open)
      .all()
      .map(({ state }) => String(state)),
  };
}

export const readKeptCalendars = (storageDir: string): KeptCalendar[] =>
  readEach(storageDir, "ProviderCalendar", readCalendar);

export const readKeptAgendas = (storageDir: string): KeptAgenda[] =>
  readEach(storageDir, "PatientAgenda", readAgenda);

/** Pairs of one list that share a minute: there must be none. */
export function sharedMinutes<T extends Pick<Stored, "start" | "end">>(list: readonly T[]): [T, T][] {
  const sorted = list.toSorted((a, b) => a.start - b.start);
  return sorted.flatMap((later, i) =>
    sorted.slice(0, i).flatMap((earlier): [T, T][] => (earlier.end > later.start ? [[earlier, later]] : [])),
  );
}
