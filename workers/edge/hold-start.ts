/** Holds a start and everything after it: between a parsed request and the calendar's word. */
import type { Context } from "hono";
import type { HoldClaim, StoredHold } from "../../core/booking/hold.ts";
import type { Provider } from "../../core/directory/directory.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { HoldReply } from "../../durable-objects/provider-calendar/hold-commands.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { admitted } from "./admission.ts";
import { clinicIn, directoryForProvider } from "./api/directory.ts";
import { CALENDAR_AWAY, NOT_FOUND, OUTCOME_UNKNOWN, type Problem, problemFor } from "./api/problem.ts";
import type { HoldBody } from "./api/schemas.ts";
import { forgetAvailability } from "./availability-cache.ts";
import { placeOf } from "./choice.ts";
import type { EdgeEnv } from "./env.ts";
import { holderOf, tokenHashOf, tokenOf } from "./hold-token.ts";
import { fingerprintOf, holdCommandId } from "./idempotency.ts";
import { configure } from "./provisioning.ts";
import { mintHoldId, parseHoldId } from "./routing-ids.ts";
import { providerCalendar } from "./stubs.ts";

export type HoldOutcome =
  | {
      readonly ok: true;
      readonly hold: StoredHold;
      readonly providerId: ProviderId;
      readonly replayed: boolean;
    }
  | { readonly ok: false; readonly problem: Problem };

const refused = (problem: Problem): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem,
});

/** A call that dies leaves nobody knowing; the same key asks again. Another reader of availability may be a second behind. */
async function safely(provider: ProviderId, call: () => Promise<HoldReply>): Promise<HoldReply | null> {
  try {
    return await call();
  } catch (error) {
    logFailure("edge.hold_unknown", error, { provider });
    return null;
  } finally {
    forgetAvailability(provider);
  }
}

function outcomeOf(reply: HoldReply | null, providerId: ProviderId, timeZone: string): HoldOutcome {
  switch (reply?.kind) {
    case undefined:
      return refused(OUTCOME_UNKNOWN);
    case "needs-config":
      return refused(CALENDAR_AWAY);
    case "refused":
      return refused(problemFor(reply, timeZone));
    case "done":
      return { ok: true, hold: reply.hold, providerId, replayed: reply.replayed };
  }
}

/** [W1] [W4] Anybody may hold; how much is the calendar's word. */
export async function placeHold(c: Context<EdgeEnv>, key: string, body: HoldBody): Promise<HoldOutcome> {
  const known = await directoryForProvider(c, body.providerId);
  const provider = known.providers.get(body.providerId);
  const clinic = provider && (await clinicIn(c, known, body.locationId));
  const place = provider && placeOf(known, provider, body.visitTypeId, body.locationId, body.start);
  if (!provider || !clinic || !place) return refused(NOT_FOUND);

  const keys = c.get("settings").ID_KEYS;
  const { today, yesterday, anonymous, allowance } = holderOf(c, Date.now());
  const holdId = mintHoldId(keys, provider.id);
  const command = {
    holdId,
    tokenHash: tokenHashOf(tokenOf(keys, holdId)),
    command: holdCommandId(today, key),
    holder: today,
    yesterday: yesterday && { command: holdCommandId(yesterday, key), holder: yesterday },
    anonymous,
    allowance,
    fingerprint: fingerprintOf("POST", "/v1/holds", body),
    place,
    configVersion: provider.calendar.version,
  };
  return admitted(provider.id, async () => {
    const reply = await safely(provider.id, () => placeConfigured(c.env, provider, command));
    return outcomeOf(reply, provider.id, clinic.timeZone);
  });
}

type PlaceCommand = Parameters<ReturnType<typeof providerCalendar>["placeHold"]>[0];

/** A calendar that asks for its configuration gets it once; asking again means that something is broken. */
async function placeConfigured(env: Env, provider: Provider, command: PlaceCommand): Promise<HoldReply> {
  const calendar = providerCalendar(env, provider.id);
  const reply = await calendar.placeHold(command);
  if (reply.kind !== "needs-config") return reply;
  await configure(env, provider);
  return calendar.placeHold(command);
}

/** [A4] [W5] Where a hold is and what opens it; null for ids that we did not make, and without a token. */
function claimOf(
  c: Context<EdgeEnv>,
  text: string,
  token: string | null,
): { readonly home: ProviderId; readonly claim: HoldClaim } | null {
  const parsed = parseHoldId(c.get("settings").ID_KEYS, text);
  return parsed && token !== null
    ? { home: parsed.home, claim: { id: parsed.id, tokenHash: tokenHashOf(token) } }
    : null;
}

export async function readHold(
  c: Context<EdgeEnv>,
  text: string,
  token: string | null,
): Promise<HoldOutcome> {
  const found = claimOf(c, text, token);
  if (!found) return refused(NOT_FOUND);
  try {
    const hold = await providerCalendar(c.env, found.home).readHold(found.claim);
    return hold ? { ok: true, hold, providerId: found.home, replayed: false } : refused(NOT_FOUND);
  } catch (error) {
    logFailure("edge.hold_read_failed", error, { provider: found.home });
    return refused(CALENDAR_AWAY);
  }
}

/** [W3] [W10] Both may be repeated: they set a state and add nothing. */
export async function changeHold(
  c: Context<EdgeEnv>,
  text: string,
  token: string | null,
  change: "extendHold" | "releaseHold",
): Promise<HoldOutcome> {
  const found = claimOf(c, text, token);
  if (!found) return refused(NOT_FOUND);
  const reply = await safely(found.home, () => providerCalendar(c.env, found.home)[change](found.claim));
  return outcomeOf(reply, found.home, "UTC");
}
