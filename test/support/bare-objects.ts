/**
 * What lies on the disk of a killed or stopped workerd: the calendars themselves, read without any code of ours between.
 * Never while workerd runs: two processes on one object are two owners.
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface StoredAppointment {
  readonly id: string;
  readonly patient: string;
  readonly start: number;
  readonly end: number;
  readonly status: string;
  readonly version: number;
}

/** One object's file. */
export interface StoredCalendar {
  readonly appointments: readonly StoredAppointment[];
  /** Events that have not reached the log. */
  readonly waitingEvents: number;
  readonly lastSequence: number;
}

export interface StoredLog {
  readonly records: readonly { readonly offset: number; readonly eventId: string }[];
  readonly end: number;
}

/** How many objects there are, by class, as `<worker>-<class>`: one file of its own per object; the logs beside it come and go with its sleep. */
export function countByClass(storageDir: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name, parentPath } of readdirSync(storageDir, { recursive: true, withFileTypes: true }))
    if (name.endsWith(".sqlite") && name !== "metadata.sqlite") {
      const kind = basename(parentPath);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  return counts;
}

/** Opened for writing, because a killed process left a log that SQLite plays back first. */
export function readEach<T>(storageDir: string, className: string, read: (db: DatabaseSync) => T): T[] {
  const dir = join(storageDir, `openslot-${className}`);
  return readdirSync(dir)
    .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
    .map((name) => {
      const db = new DatabaseSync(join(dir, name));
      try {
        return read(db);
      } finally {
        db.close();
      }
    });
}

export const numberOf = (db: DatabaseSync, sql: string): number => Number(db.prepare(sql).get()?.n ?? 0);

function readCalendar(db: DatabaseSync): StoredCalendar {
  const rows = db.prepare("SELECT id, patient, start_at, end_at, status, version FROM appointment").all();
  const last = numberOf(db, "SELECT max(sequence) AS n FROM outbox");
  return {
    appointments: rows.map((row) => ({
      id: String(row.id),
      patient: String(row.patient),
      start: Number(row.start_at),
      end: Number(row.end_at),
      status: String(row.status),
      version: Number(row.version),
    })),
    waitingEvents: numberOf(db, "SELECT count(*) AS n FROM outbox"),
    lastSequence: last || numberOf(db, "SELECT value AS n FROM meta WHERE key = 'drained'"),
  };
}

function readLog(db: DatabaseSync): StoredLog {
  const records = db.prepare('SELECT "offset", event_id FROM record ORDER BY "offset"').all();
  return {
    records: records.map((row) => ({ offset: Number(row.offset), eventId: String(row.event_id) })),
    end: numberOf(db, "SELECT value AS n FROM meta WHERE key = 'end'"),
  };
}

export const readCalendars = (storageDir: string): StoredCalendar[] =>
  readEach(storageDir, "ProviderCalendar", readCalendar);

/** An entry of the audit is named by its request, or by the issuer; an event by its calendar. */
const isCalendarsOwn = ({ eventId }: StoredLog["records"][number]): boolean => eventId.startsWith("prv_");

/** The logs of appointments; those of the audit are partitions of the same class. */
export const readLogs = (storageDir: string): StoredLog[] =>
  readEach(storageDir, "EventLogPartition", readLog).filter(({ records }) => records.every(isCalendarsOwn));

/** Pairs of one calendar over the same minute, both taking their time: there must be none. */
export function overlapsIn({ appointments }: StoredCalendar): [StoredAppointment, StoredAppointment][] {
  const taking = appointments
    .filter(({ status }) => status !== "cancelled" && status !== "no-show")
    .toSorted((a, b) => a.start - b.start);
  const pairs: [StoredAppointment, StoredAppointment][] = [];
  for (const [i, later] of taking.entries())
    for (const earlier of taking.slice(0, i)) if (earlier.end > later.start) pairs.push([earlier, later]);
  return pairs;
}

/** `<calendar>:<sequence>` → the highest sequence without a hole below it, per calendar; throws on a hole or a double. */
export function eventsPerCalendar(logs: readonly StoredLog[]): Map<string, number> {
  const seen = new Map<string, number>();
  for (const { records } of logs) {
    for (const { eventId } of records) {
      const [calendar = "", sequence = ""] = eventId.split(":");
      const before = seen.get(calendar) ?? 0;
      if (Number(sequence) !== before + 1)
        throw new Error(`the log has event ${eventId} after ${calendar}:${before}: a hole, or out of order`);
      seen.set(calendar, Number(sequence));
    }
  }
  return seen;
}
