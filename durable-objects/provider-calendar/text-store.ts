/** SQL of what people wrote: read and replaced apart from the appointments' facts, which it never touches. */
import type { RecentCommand } from "../../core/booking/calendar-view.ts";
import type { TextChange } from "../../core/booking/written.ts";
import type { AppointmentId, PatientId } from "../../core/ids.ts";

interface TextRow {
  readonly id: AppointmentId;
  readonly patientId: PatientId;
  readonly reason: string | null;
  readonly notes: string | null;
  readonly recent: readonly RecentCommand[];
}

type Stored = { id: string; patient: string; reason: string | null; notes: string | null; recent: string };

const rowOf = ({ id, patient, reason, notes, recent }: Stored): TextRow => ({
  id: id as AppointmentId,
  patientId: patient as PatientId,
  reason,
  notes,
  recent: JSON.parse(recent) as RecentCommand[],
});

export class TextStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** By primary key, from `after` on. */
  page(after: string, limit: number): TextRow[] {
    return this.#sql
      .exec<Stored>(
        "SELECT id, patient, reason, notes, recent FROM appointment WHERE id > ? ORDER BY id LIMIT ?",
        after,
        limit,
      )
      .toArray()
      .map(rowOf);
  }

  /** Of these ids, what stands here for one of these patients. */
  among(ids: readonly AppointmentId[], patients: readonly PatientId[]): TextRow[] {
    return this.#sql
      .exec<Stored>(
        `SELECT a.id, a.patient, a.reason, a.notes, a.recent FROM json_each(?) JOIN appointment a ON a.id = value
         WHERE a.patient IN (SELECT value FROM json_each(?))`,
        JSON.stringify(ids),
        JSON.stringify(patients),
      )
      .toArray()
      .map(rowOf);
  }

  /** False = the row is not as it was. */
  replace({ id, was, reason, notes }: TextChange): boolean {
    return (
      this.#sql.exec(
        "UPDATE appointment SET reason = ?, notes = ? WHERE id = ? AND reason IS ? AND notes IS ?",
        reason,
        notes,
        id,
        was.reason,
        was.notes,
      ).rowsWritten > 0
    );
  }

  erase(id: AppointmentId, recent: readonly RecentCommand[]): void {
    this.#sql.exec(
      "UPDATE appointment SET reason = NULL, notes = NULL, recent = ? WHERE id = ?",
      JSON.stringify(recent),
      id,
    );
  }
}
