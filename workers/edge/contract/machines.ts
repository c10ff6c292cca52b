/** Contracts of callers that are no people: kiosks, and programs of others. */
import * as z from "zod";
import { PARTNER_ACTIONS } from "../../../core/access/rules.ts";
import { DEVICE_ID, PAIRING_ID, PARTNER_ID } from "../../../core/ids.ts";
import {
  approvePairingBody,
  emptyBody,
  partnerBody,
  partnerKeysBody,
  partnerTokenForm,
  renameDeviceBody,
} from "../api/device-schemas.ts";
import { contracts } from "./contract.ts";
import * as parts from "./parts.ts";
import { resume } from "./people.ts";
import * as s from "./scalars.ts";

const DEVICE = { id: s.id(DEVICE_ID) };
const PARTNER = { id: s.id(PARTNER_ID) };
const NO_BODY = { schema: emptyBody, optional: true } as const;

const pairingSecret = z.string().regex(/^[\w-]{43}$/);
const credential = z.string().regex(/^dev_[0-9a-z]{14}\.[\w-]{43}$/);

const device = z
  .strictObject({
    id: DEVICE.id,
    locationId: s.id(s.LOCATION),
    name: z.string(),
    status: z.enum(["active", "revoked", "lapsed"]).meta({
      description: "`lapsed`: it was silent for 30 days. What is over never begins again.",
    }),
    approvedAt: s.moment,
    seenAt: s.moment,
    endedAt: s.moment.nullable(),
  })
  .meta({ id: "Device" });

const partner = z
  .strictObject({
    id: PARTNER.id,
    name: z.string(),
    scopes: z.array(z.enum(PARTNER_ACTIONS)),
    locationIds: z.array(s.id(s.LOCATION)).nullable().meta({ description: "null: all clinics." }),
    keyIds: z.array(z.string()),
    active: z.boolean(),
    createdAt: s.moment,
    keysChangedAt: s.moment,
    endedAt: s.moment.nullable(),
  })
  .meta({ id: "Partner" });

const boardFrame = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("snapshot"),
      protocol: z.literal(1),
      revision: z.int(),
      locationId: s.id(s.LOCATION),
    }),
    z.strictObject({ type: z.literal("gone") }),
  ])
  .meta({
    id: "BoardFrame",
    description: "`gone`: this screen is shown nothing more; its socket is closed.",
  });

export const machines = contracts({
  startPairing: {
    summary: "Ask for a code to pair a screen",
    description:
      "Show `code`, keep `secret`, and ask every `pollSeconds` what became of it. A code is good for ten minutes.",
    tags: ["kiosks"],
    body: NO_BODY,
    answers: {
      201: z.strictObject({
        id: s.id(PAIRING_ID),
        code: z.string().regex(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/),
        secret: pairingSecret,
        expiresAt: s.moment,
        pollSeconds: z.int().min(1),
      }),
    },
  },
  readPairing: {
    summary: "Ask what became of a code",
    description:
      "Opened by the pairing's secret. Once approved it gives the device's secret, the same one until the device has used it.",
    tags: ["kiosks"],
    params: { id: s.id(PAIRING_ID) },
    headers: { "Pairing-Secret": "required" },
    answers: {
      200: z.discriminatedUnion("status", [
        z.strictObject({ status: z.literal("pending"), expiresAt: s.moment }),
        z.strictObject({ status: z.literal("expired") }),
        z.strictObject({
          status: z.literal("approved"),
          deviceId: DEVICE.id,
          locationId: s.id(s.LOCATION),
          name: z.string(),
          secret: credential,
        }),
      ]),
    },
    problems: ["not-found"],
  },
  approvePairing: {
    summary: "Pair the screen that shows a code with a clinic",
    description: "For the desk of that clinic. Three wrong tries end a code; ten in an hour end the typing.",
    tags: ["kiosks"],
    body: { schema: approvePairingBody },
    answers: { 201: device },
    problems: ["not-found", "rule-violated"],
  },
  issueDeviceToken: {
    summary: "Get a token for a paired screen",
    description:
      "Opened by the device's secret. `secret` is the next one, when one is due: keep it before using it. The old one works until then.",
    tags: ["kiosks"],
    headers: { "Device-Secret": "required" },
    body: NO_BODY,
    answers: {
      200: z.strictObject({
        token: z.string(),
        expiresAt: s.moment,
        deviceId: DEVICE.id,
        locationId: s.id(s.LOCATION),
        name: z.string(),
        secret: credential.nullable(),
      }),
    },
  },
  listDevices: {
    summary: "List a clinic's devices",
    description: "Those in use by name, then what is over.",
    tags: ["kiosks"],
    params: { id: s.id(s.LOCATION) },
    answers: { 200: parts.wholeListOf(device) },
    problems: ["not-found"],
  },
  renameDevice: {
    summary: "Rename a device",
    tags: ["kiosks"],
    params: DEVICE,
    body: { schema: renameDeviceBody },
    answers: { 200: device },
    problems: ["not-found"],
  },
  revokeDevice: {
    summary: "Revoke a device",
    description: "For ever. What it has open is closed within seconds.",
    tags: ["kiosks"],
    params: DEVICE,
    body: NO_BODY,
    answers: { 200: device },
    problems: ["not-found"],
  },
  watchLocation: {
    summary: "Watch a clinic's board",
    description:
      "With a token, or with `ticket`: browsers cannot set headers on a socket. A ticket opens one socket, once, within 30 seconds.",
    tags: ["live", "kiosks"],
    params: { id: s.id(s.LOCATION) },
    query: z.object({ ticket: z.string().optional(), _pk: z.string().max(64).optional() }),
    answers: { 101: "empty" },
    problems: ["not-found", "upgrade-required"],
    frames: { server: boardFrame, client: resume },
  },

  issuePartnerToken: {
    summary: "Get a token for a partner's program",
    description:
      "OAuth 2.0 client credentials with `private_key_jwt` (RFC 7523): `aud` is this address, at most five minutes, each `jti` once.",
    tags: ["partners"],
    body: { schema: partnerTokenForm, media: ["application/x-www-form-urlencoded"] },
    answers: {
      200: z.strictObject({
        access_token: z.string(),
        token_type: z.literal("Bearer"),
        expires_in: z.int().min(1),
        scope: z.string(),
      }),
    },
    problems: ["oauth-refused"],
  },
  listPartners: {
    summary: "List partners",
    tags: ["partners"],
    answers: { 200: parts.wholeListOf(partner) },
  },
  createPartner: {
    summary: "Register a partner",
    description: "Public keys only: ES256, ES384 or RS384. `locationIds: null` means all clinics.",
    tags: ["partners"],
    headers: { "Idempotency-Key": "required" },
    body: { schema: partnerBody },
    answers: { 201: partner },
    problems: ["rule-violated", "idempotency-key-reuse"],
  },
  replacePartnerKeys: {
    summary: "Replace a partner's keys",
    description: "All of them. Name old and new one together while the partner moves over.",
    tags: ["partners"],
    params: PARTNER,
    body: { schema: partnerKeysBody },
    answers: { 200: partner },
    problems: ["not-found"],
  },
  deactivatePartner: {
    summary: "Deactivate a partner",
    description: "For ever. A token that it has is good for five minutes more.",
    tags: ["partners"],
    params: PARTNER,
    body: NO_BODY,
    answers: { 200: partner },
    problems: ["not-found"],
  },
});
