/**
 * Free times to choose from: rendered by the server, taken over by the browser. Without JavaScript it is a form with one
 * submit button per start; with it the same buttons are struck and freed in place.
 */
import type { SlotBoard, SlotForm, SlotGroup, SlotState } from "./slot-board.ts";
import { dayOfMonthText, weekdayText } from "./time-text.ts";

/** As in the API: what a person writes about why they come. */
const REASON_CHARS_MAX = 500;

/** Redrawn alone when its slot changes. `aria-disabled`, not `disabled`: a struck button keeps the focus it had. */
function Slot({ slot }: { slot: SlotState }) {
  const free = slot.free.value;
  return (
    <button
      type="submit"
      name="slot"
      value={slot.key}
      id={`slot-${slot.key}`}
      class={free ? "slot" : "slot taken"}
      aria-disabled={free ? undefined : "true"}
      aria-label={free ? slot.name : `${slot.name}, taken`}
      onClick={(event) => {
        if (!slot.free.value) event.preventDefault();
      }}
    >
      <time dateTime={slot.start}>{slot.label}</time>
    </button>
  );
}

function Group({ group, id }: { group: SlotGroup; id: string }) {
  return (
    <section class="slot-group" aria-labelledby={id}>
      <h3 id={id} tabIndex={-1}>
        {group.heading}
        {group.siteName === null ? null : <span class="site">{group.siteName}</span>}
      </h3>
      <ul class="slots">
        {group.slots.map((slot) => (
          <li key={slot.key}>
            <Slot slot={slot} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const countText = (free: number): string => (free === 1 ? "1 time" : `${free} times`);

/** One day of the strip: a link to its times, or plain text when there are none. */
function StripDay({ board, date }: { board: SlotBoard; date: string }) {
  const free = board.freeOn(date);
  const listed = board.groups.value.some((group) => group.date === date);
  const words = (
    <>
      <span class="weekday">{weekdayText(date)}</span> <span class="date">{dayOfMonthText(date)}</span>{" "}
      <span class="count">{free === 0 ? "none" : countText(free)}</span>
    </>
  );
  return <li>{listed ? <a href={`#day-${date}`}>{words}</a> : <span class="closed">{words}</span>}</li>;
}

function DayStrip({ board }: { board: SlotBoard }) {
  return (
    <ul class="day-strip" aria-label="Days of this week">
      {board.data.dates.map((date) => (
        <StripDay key={date} board={board} date={date} />
      ))}
    </ul>
  );
}

/** One line in each state, so that nothing below it moves. */
const LIVE_TEXT = {
  "not-yet": "Reload this page to see the newest times.",
  live: "Live: times change here as people book.",
  lost: "Not live now. Times may be out of date.",
} as const;

function LiveNote({ board }: { board: SlotBoard }) {
  return (
    <p class="live-note" data-state={board.live.value}>
      {LIVE_TEXT[board.live.value]}
    </p>
  );
}

function NewTimes({ board }: { board: SlotBoard }) {
  const waiting = board.newTimes.value.length;
  if (waiting === 0) return null;
  const show = (): void => {
    const first = board.showNewTimes();
    if (first) requestAnimationFrame(() => document.getElementById(`slot-${first}`)?.focus());
  };
  return (
    <p class="new-times">
      <button type="button" onClick={show}>
        {waiting === 1 ? "1 new time" : `${waiting} new times`} — show
      </button>
    </p>
  );
}

/** A text area, because Enter in a one-line field would press the first submit button: it would book the first time. */
function Reason() {
  return (
    <details class="reason">
      <summary>Add a reason (optional)</summary>
      <label for="reason">Reason for your visit</label>
      <p id="reason-hint" class="hint">
        A few words for the clinic. Leave out anything you would rather say in person.
      </p>
      <textarea
        id="reason"
        name="reason"
        rows={2}
        maxLength={REASON_CHARS_MAX}
        aria-describedby="reason-hint"
      />
    </details>
  );
}

/** Only for who acts for somebody: everybody else books for themselves and is asked nothing. */
function ForWhom({ people }: { people: NonNullable<SlotForm["people"]> }) {
  return (
    <p class="field">
      <label for="for-whom">Who is the visit for?</label>
      <select id="for-whom" name="patientId">
        {people.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </p>
  );
}

export function SlotList({ board }: { board: SlotBoard }) {
  const { form } = board.data;
  const groups = board.groups.value;
  const firstOfDate = (group: SlotGroup): boolean => groups.find((g) => g.date === group.date) === group;
  return (
    <>
      <DayStrip board={board} />
      <LiveNote board={board} />
      <p role="status" class="sr-only">
        {board.status}
      </p>
      <form method={form.method} action={form.action} onSubmit={(event) => board.sendOnce(event)}>
        {Object.entries(form.fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {form.people && groups.length > 0 ? <ForWhom people={form.people} /> : null}
        {form.asksReason && groups.length > 0 ? <Reason /> : null}
        {groups.length === 0 ? <p class="notice">No free times this week.</p> : null}
        {groups.map((group) => (
          <Group
            key={`${group.date}@${group.locationId}`}
            group={group}
            id={firstOfDate(group) ? `day-${group.date}` : `day-${group.date}-${group.locationId}`}
          />
        ))}
      </form>
      <NewTimes board={board} />
    </>
  );
}
