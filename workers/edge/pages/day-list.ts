/** The printed day and the file for downtime: plain HTML that needs no network, no script and no other file. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Clinic } from "../../../core/directory/directory.ts";
import { type DayList, wallClock, wallMoment } from "../../../core/exchange/day-list.ts";
import { dateAt, weekdayOf } from "../../../core/schedule/clinic-time.ts";
import type { Instant } from "../../../core/time.ts";
import type { OpenTimes } from "../../../db/index.ts";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** A browser repeats the head of a table on every sheet; a provider's list is not torn apart if it fits on one. */
const STYLE = `
  body { font: 12px/1.35 system-ui, sans-serif; margin: 16px; color: #000; background: #fff }
  h1 { font-size: 18px; margin: 0 0 4px } h2 { font-size: 15px; margin: 20px 0 4px } h3 { font-size: 13px; margin: 14px 0 4px }
  p { margin: 2px 0 } table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; vertical-align: top; padding: 3px 6px; border-bottom: 1px solid #999 }
  td:first-child { white-space: nowrap } .day { break-before: page } .day:first-of-type { break-before: auto }
  section.provider { break-inside: avoid } thead { display: table-header-group }
  @page { margin: 12mm } @media print { body { margin: 0 } }`;

/** [AB8] The one style that these pages may have, as a Content-Security-Policy names it. */
export const STYLE_HASH = `sha256-${createHash("sha256").update(STYLE).digest("base64")}`;

const heading = (date: string): string => `${WEEKDAYS[weekdayOf(date) - 1]}, ${date}`;
const counted = (count: number): string => `${count} ${count === 1 ? "visit" : "visits"}`;

const day = ({ date, count, providers }: DayList) => html`
  <section class="day">
    <h2>${heading(date)}: ${counted(count)}</h2>
    ${providers.map(
      ({ providerName, lines }) => html`
    <section class="provider">
      <h3>${providerName} (${counted(lines.length)})</h3>
      <table>
        <thead><tr><th>Time</th><th>Patient</th><th>Born</th><th>Phone</th><th>Visit</th><th>Status</th></tr></thead>
        <tbody>${lines.map(
          (line) => html`
          <tr><td>${line.from}–${line.until}</td><td>${line.patientName}</td><td>${line.birthDate}</td><td>${line.phone}</td><td>${line.visit}</td><td>${line.status}</td></tr>`,
        )}
        </tbody>
      </table>
    </section>`,
    )}
    ${count === 0 ? html`<p>Nobody is booked.</p>` : ""}
  </section>`;

/** What a list was made from. */
export interface AsOf {
  readonly now: Instant;
  /** Appointments are on their way from the waiting room to the record: some may be in neither. */
  readonly isTakingOver: boolean;
}

interface Frame extends AsOf {
  readonly title: string;
  readonly clinic: Clinic;
}

const TAKING_OVER = html`<p><strong>Appointments are still being taken over from another system: some may be missing here. Print this again in some minutes.</strong></p>`;

const page = (
  { title, clinic, now, isTakingOver }: Frame,
  note: string,
  body: unknown,
) => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title><style>${raw(STYLE)}</style></head>
<body>
  <h1>${title}: ${clinic.name}</h1>
  <p>${clinic.address}, ${clinic.city}, ${clinic.state} ${clinic.postalCode}. Phone ${clinic.phone}</p>
  <p><strong>As of ${wallMoment(now, clinic.timeZone)}</strong> (${clinic.timeZone}). ${note}</p>
  ${isTakingOver ? TAKING_OVER : ""}
  ${body}
</body>
</html>`;

/** [IE13] One day, to be printed. */
export const dayPage = (clinic: Clinic, list: DayList, asOf: AsOf) =>
  page(
    { title: "Day list", clinic, ...asOf },
    `${counted(list.count)} on ${heading(list.date)}. Contains personal data.`,
    day(list),
  );

const open = (times: readonly OpenTimes[], { timeZone }: Clinic) => html`
  <section class="day">
    <h2>Next free starts, as they were last told</h2>
    <table>
      <thead><tr><th>Provider</th><th>Visit</th><th>Starts</th></tr></thead>
      <tbody>${times.map(
        ({ providerName, visit, starts }) => html`
        <tr><td>${providerName}</td><td>${visit}</td><td>${[
          ...Map.groupBy(starts, (at) => dateAt(at, timeZone)),
        ]
          .map(([date, own]) => `${date}: ${own.map((at) => wallClock(at, timeZone)).join(", ")}`)
          .join("; ")}</td></tr>`,
      )}
      </tbody>
    </table>
  </section>`;

/** [IE14] Several days and what is free, to be kept where it can be opened when nothing answers. */
export const downtimePage = (
  clinic: Clinic,
  lists: readonly DayList[],
  times: readonly OpenTimes[],
  asOf: AsOf,
) =>
  page(
    { title: "Downtime snapshot", clinic, ...asOf },
    "What was booked or cancelled since is not in it. Write down what you book from it, and book it when the system answers again. Contains personal data.",
    html`${lists.map(day)}${open(times, clinic)}`,
  );
