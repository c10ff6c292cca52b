/** Blocks of a provider's calendar: for the desks of their clinics, themselves, admin, and the sync of another calendar. */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { reachesClinic } from "../../../core/access/reach.ts";
import { reachOf } from "../../../core/access/rules.ts";
import type { Block, BlockRefusal } from "../../../core/booking/block.ts";
import { blockDto } from "../../../core/booking/block-dto.ts";
import type { Provider } from "../../../core/directory/directory.ts";
import type { LocationId } from "../../../core/ids.ts";
import { dayInterval } from "../../../core/schedule/clinic-time.ts";
import { type Instant, instant } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { forgetAvailability } from "../availability-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { commandId, fingerprintOf } from "../idempotency.ts";
import { configure } from "../provisioning.ts";
import { mintBlockId, parseBlockId } from "../routing-ids.ts";
import { providerCalendar } from "../stubs.ts";
import { blockBody, blocksQuery } from "./block-schemas.ts";
import { datesOf, directoryForProvider } from "./directory.ts";
import { callerOf, type Handlers } from "./handlers.ts";
import { idempotencyKey } from "./headers.ts";
import { BAD_CURSOR, decodeCursor, encodeCursor, sendPage } from "./paging.ts";
import {
  CALENDAR_AWAY,
  FORBIDDEN,
  KEY_REUSE,
  NOT_FOUND,
  OUTCOME_UNKNOWN,
  type Problem,
  sendProblem,
} from "./problem.ts";
import { parseBody, parseQuery } from "./schemas.ts";

type Admitted =
  | { readonly ok: true; readonly principal: Principal; readonly provider: Provider }
  | { readonly ok: false; readonly problem: Problem };

const refused = (problem: Problem): Admitted => ({ ok: false, problem });

/** [Q2] Whose calendar a caller may block. Foreign and missing providers are one answer, as everywhere. */
async function admit(c: Context<EdgeEnv>, providerId: string): Promise<Admitted> {
  const principal = callerOf(c);
  const provider = (await directoryForProvider(c, providerId)).providers.get(providerId);
  if (!provider || !worksFor(principal, provider)) return refused(NOT_FOUND);
  return { ok: true, principal, provider };
}

function worksFor(principal: Principal, provider: Provider): boolean {
  const reach = reachOf(principal, "block.keep");
  if (reach.kind === "provider") return reach.providerId === provider.id;
  return reach.kind === "everything" || provider.locationIds.some((id) => reachesClinic(reach, id));
}

/** The clinics whose appointments this caller may hear of; null = all. */
const clinicsOf = (principal: Principal): readonly LocationId[] | null =>
  principal.role === "staff" ? principal.clinics : null;

const zoneOf = (provider: Provider, locationId: LocationId | null): string =>
  (provider.calendar.sites.find((site) => site.locationId === locationId) ?? provider.calendar.sites[0])
    ?.timeZone ?? "UTC";

const dtoOf = (provider: Provider, block: Block) => blockDto(block, zoneOf(provider, block.locationId));

function problemOf(refusal: BlockRefusal): Problem {
  switch (refusal) {
    case "key-reuse":
      return KEY_REUSE;
    case "not-found":
      return NOT_FOUND;
    case "too-many-blocks":
      return {
        status: 422,
        slug: "rule-violated",
        title: "This calendar has too many blocks.",
        extra: { rule: refusal },
      };
  }
}

const isStartAndId = (parts: readonly unknown[]): parts is readonly [number, string] =>
  parts.length === 2 && typeof parts[0] === "number" && typeof parts[1] === "string";

export const blocks = {
  createBlock: async (c) => {
    const admitted = await admit(c, c.req.param("id"));
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const { principal, provider } = admitted;
    const key = idempotencyKey(c, "required");
    if (!key.ok) return sendProblem(c, key.problem);
    const parsed = await parseBody(c, blockBody);
    if (!parsed.ok) return sendProblem(c, parsed.problem);
    const { source, externalId, locationId, ...rest } = parsed.value;
    if ((principal.role === "service") !== (source === "external")) return sendProblem(c, FORBIDDEN); // [Q5]
    if (locationId && !maySayWhere(principal, provider, locationId)) return sendProblem(c, NOT_FOUND);
    const command = {
      ...rest,
      command: commandId(principal.subject, `${provider.id}/blocks`, key.value),
      fingerprint: fingerprintOf("POST", `/v1/providers/${provider.id}/blocks`, parsed.value),
      id: mintBlockId(c.get("settings").ID_KEYS, provider.id),
      locationId: locationId ?? null,
      source,
      externalId: externalId ?? null,
    };
    try {
      const calendar = providerCalendar(c.env, provider.id);
      let reply = await calendar.block(command, clinicsOf(principal));
      if (reply.kind === "needs-config") {
        await configure(c.env, provider);
        reply = await calendar.block(command, clinicsOf(principal));
      }
      if (reply.kind === "needs-config") return sendProblem(c, CALENDAR_AWAY);
      if (reply.kind === "refused") return sendProblem(c, problemOf(reply.refusal));
      if (reply.replayed) c.header("Idempotency-Replayed", "true");
      c.header("Location", `/v1/providers/${provider.id}/blocks/${reply.block.id}`);
      const body = { ...dtoOf(provider, reply.block), appointmentIds: reply.covered };
      return c.json(body, reply.created ? 201 : 200);
    } catch (error) {
      logFailure("edge.block_failed", error, { provider: provider.id });
      return sendProblem(c, OUTCOME_UNKNOWN);
    } finally {
      forgetAvailability(provider.id);
    }
  },
  listBlocks: async (c) => {
    const admitted = await admit(c, c.req.param("id"));
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const { provider } = admitted;
    const query = parseQuery(c, blocksQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { limit, cursor } = query.value;
    const after = cursor === undefined ? undefined : decodeCursor(cursor, isStartAndId);
    if (after === null) return sendProblem(c, BAD_CURSOR);
    const { from, to } = datesOf(provider, query.value);
    const zone = zoneOf(provider, null);
    const window = { start: dayInterval(from, zone).start, end: dayInterval(to, zone).end };
    try {
      const found = await providerCalendar(c.env, provider.id).blocksIn(window, pageAfter(after), limit + 1);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return sendPage(
        c,
        page.map((block) => dtoOf(provider, block)),
        found.length > limit && last ? encodeCursor([last.start, last.id]) : null,
      );
    } catch (error) {
      logFailure("edge.blocks_failed", error, { provider: provider.id });
      return sendProblem(c, CALENDAR_AWAY);
    }
  },
  removeBlock: async (c) => {
    const admitted = await admit(c, c.req.param("id"));
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const { principal, provider } = admitted;
    const key = idempotencyKey(c, "optional");
    if (!key.ok) return sendProblem(c, key.problem);
    const parsed = parseBlockId(c.get("settings").ID_KEYS, c.req.param("block"));
    if (parsed?.home !== provider.id) return sendProblem(c, NOT_FOUND);
    const { id } = parsed;
    try {
      const reply = await providerCalendar(c.env, provider.id).unblock({
        command: commandId(principal.subject, id, key.value),
        fingerprint: fingerprintOf("DELETE", `/v1/providers/${provider.id}/blocks/${id}`, null),
        id,
        only: principal.role === "service" ? "external" : null,
      });
      if (reply.kind === "refused") return sendProblem(c, problemOf(reply.refusal));
      if (reply.replayed) c.header("Idempotency-Replayed", "true");
      return c.body(null, 204);
    } catch (error) {
      logFailure("edge.unblock_failed", error, { provider: provider.id });
      return sendProblem(c, OUTCOME_UNKNOWN);
    } finally {
      forgetAvailability(provider.id);
    }
  },
} satisfies Partial<Handlers>;

/** Staff speak for their own clinics, and nobody for a clinic where the provider does not work. */
const maySayWhere = (principal: Principal, provider: Provider, id: LocationId): boolean =>
  provider.locationIds.includes(id) && (principal.role !== "staff" || principal.clinics.includes(id));

const pageAfter = (after: readonly [number, string] | undefined): { start: Instant; id: string } | null =>
  after ? { start: instant(after[0]), id: after[1] } : null;
