/** [PD9] A command as the ledger goes on remembering it when what its patient wrote is destroyed. */
import { recentWithoutTexts, withoutTexts } from "../booking/written.ts";
import type { CommandRow, SagaDecision, TakeRequest } from "./command-row.ts";

const decisionWithout = (decision: SagaDecision): SagaDecision => ({
  ...decision,
  command: {
    ...decision.command,
    appointment: withoutTexts(decision.command.appointment),
    recent: recentWithoutTexts(decision.command.recent),
  },
  ...(decision.further ? { further: decision.further.map(decisionWithout) } : {}),
});

function wantedWithout(wanted: TakeRequest["wanted"]): TakeRequest["wanted"] {
  switch (wanted.kind) {
    case "book":
      return withoutTexts(wanted);
    case "move":
      return wanted.reason ? { ...wanted, reason: null } : wanted;
    case "saga":
      return {
        ...wanted,
        ...(wanted.reason ? { reason: null } : {}),
        ...(wanted.book ? { book: withoutTexts(wanted.book) } : {}),
      };
  }
}

/** Everything else stays, so that a repetition, a re-send and a saga's end are what they were. */
export const commandWithoutTexts = (row: CommandRow): CommandRow => ({
  ...row,
  request: { ...row.request, wanted: wantedWithout(row.request.wanted) },
  ...(row.decision ? { decision: decisionWithout(row.decision) } : {}),
});
