/** Proves that a remembered command loses what its patient wrote, everywhere in it, and nothing else. */
import { describe, expect, it } from "vitest";
import type { SagaDecision } from "../../../core/agenda/command-row.ts";
import { commandWithoutTexts } from "../../../core/agenda/without-texts.ts";
import type { RecentCommand } from "../../../core/booking/calendar-view.ts";
import type { CommitCommand } from "../../../core/booking/saga.ts";
import { recentWithoutTexts, rememberedTexts } from "../../../core/booking/written.ts";
import { HOUR_MS, plus } from "../../../core/time.ts";
import { anAppointment, aRequest, aRow, attemptId, NOW, wantedBooking } from "../../support/core-builders.ts";

const CANARY = "canary-text";
const said = { reason: CANARY, notes: CANARY };

const entry = (attempt: string, more: Partial<RecentCommand>): RecentCommand => ({
  attempt: attemptId(attempt),
  at: NOW,
  answer: null,
  fingerprint: null,
  ...more,
});

describe("a command without its texts", () => {
  it("[PD9] is the same booking otherwise", () => {
    const row = aRow(aRequest(wantedBooking(1, said)));
    const emptied = commandWithoutTexts(row);
    expect(JSON.stringify(emptied)).not.toContain(CANARY);
    expect(emptied).toEqual(aRow(aRequest(wantedBooking(1, { reason: null, notes: null }))));
  });

  it("[PD9] loses them in what a saga decided, in every further visit and in the answers that travel with it", () => {
    const command: CommitCommand = {
      attempt: attemptId("saga-1.1"),
      appointment: anAppointment(1, said),
      recent: [entry("earlier.1", { answer: anAppointment(1, said) })],
    };
    const decision: SagaDecision = {
      command,
      participants: [],
      forwardTo: null,
      further: [{ command, participants: [], forwardTo: null }],
    };
    const emptied = commandWithoutTexts({ ...aRow(aRequest(wantedBooking(1, said))), decision });
    expect(JSON.stringify(emptied)).not.toContain(CANARY);
    expect(emptied.decision?.further?.[0]?.command.appointment).toEqual({
      ...command.appointment,
      reason: null,
      notes: null,
    });
  });

  it("[PD9] changes nothing where nobody wrote anything", () => {
    const row = aRow(aRequest(wantedBooking(1, { reason: null, notes: null })));
    expect(commandWithoutTexts(row)).toEqual(row);
  });
});

describe("remembered answers", () => {
  it("[PD9] [PD7] give their texts up, and those of an expired one count for nothing", () => {
    const recent = [
      entry("old.1", { at: plus(NOW, -48 * HOUR_MS), answer: anAppointment(1, said) }),
      entry("new.1", { at: NOW, answer: anAppointment(1, { reason: CANARY }) }),
      entry("fence.1", { at: NOW, answer: null }),
    ];
    expect(rememberedTexts(recent, NOW)).toEqual([CANARY]);
    expect(JSON.stringify(recentWithoutTexts(recent))).not.toContain(CANARY);
    expect(recentWithoutTexts(recent)).toHaveLength(3);
  });
});
