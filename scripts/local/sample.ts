/** Which sample network a database is filled with, and what is in it. */
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import type { IncomingAppointment } from "../../core/booking/take-over.ts";
import type { CalendarDate } from "../../core/schedule/clinic-time.ts";
import { makeAppointments } from "../../db/seed/appointments.ts";
import { BUSY_SIZE, makeNetwork, type Network, SAMPLE_SEED, SAMPLE_SIZE } from "../../db/seed/network.ts";
import { Random } from "../../db/seed/random.ts";
import { writeAppointments, writeSeed } from "../../db/seed/write-seed.ts";
import { parseKeyRing } from "../../workers/config.ts";
import { mintAppointmentId } from "../../workers/edge/routing-ids.ts";
import { sealText } from "../../workers/sealed-text.ts";

/** What a database is filled with. */
export interface Sample {
  readonly seed: number;
  /** Null = the small network without appointments, which tests share. */
  readonly busy: {
    /** The first date (UTC) whose visits are still to come. */
    readonly today: CalendarDate;
    /** ID_KEYS of the Workers that will be asked for the appointments. */
    readonly idKeys: string;
    /** TEXT_KEYS of the same: the sample's reasons are sealed like anybody's. */
    readonly textKeys: string;
  } | null;
}

export const SMALL_SAMPLE: Sample = { seed: SAMPLE_SEED, busy: null };

export const sampleNetwork = ({ seed, busy }: Sample = SMALL_SAMPLE): Network =>
  makeNetwork(new Random(seed), busy ? BUSY_SIZE : SAMPLE_SIZE);

/** Of a generator of their own, so that they shift nothing of the network. */
export function sampleAppointments({ seed, busy }: Sample, network: Network): IncomingAppointment[] {
  if (!busy) return [];
  const keys = parseKeyRing(busy.idKeys);
  const textKeys = parseKeyRing(busy.textKeys);
  if (!keys || !textKeys) throw new Error("the sample's appointments need ID_KEYS and TEXT_KEYS");
  const rows = makeAppointments(new Random(seed), network, busy.today, (calendar, bytes) =>
    mintAppointmentId(keys, calendar, bytes),
  );
  return rows.map((row) =>
    row.reason === null ? row : { ...row, reason: sealText(textKeys, "reason", row.patientId, row.reason) },
  );
}

/** Into an empty database. The caller wraps it in a transaction. */
export async function writeSample<H extends PgQueryResultHKT>(
  db: PgDatabase<H>,
  sample: Sample,
): Promise<void> {
  const network = sampleNetwork(sample);
  await writeSeed(db, network);
  await writeAppointments(db, sampleAppointments(sample, network));
}
