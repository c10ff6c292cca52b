/**
 * The one table of who may do what: principal × action × resource. The router asks it before a handler runs (`admission`), a
 * handler finds its object within `reachOf`. What depends on the state of an appointment is booking/status-rules.ts.
 */
import type { Principal, Role } from "./principal.ts";
import type { Reach } from "./reach.ts";

/**
 * Of which resources: none; those of one's own (a patient's and theirs whom they stand for, a provider's calendar); those of
 * one's clinics; all.
 */
export type Scope = "none" | "own" | "clinics" | "all";

type Rule<Anonymous extends Scope = Scope> = { readonly anonymous: Anonymous } & Readonly<
  Record<Role, Scope>
>;

const rule = <Anonymous extends Scope>(
  anonymous: Anonymous,
  patient: Scope,
  staff: Scope,
  provider: Scope,
  kiosk: Scope,
  admin: Scope,
  service: Scope,
): Rule<Anonymous> => ({ anonymous, patient, staff, provider, kiosk, admin, service });

/** [A6] A row says for each kind of caller how far an action reaches. What is not here cannot be declared by a route. */
export const RULES = {
  // biome-ignore-start format: a table is read by its columns
  //                             anonymous  patient  staff      provider  kiosk   admin  service
  "public.read": rule("all", "all", "all", "all", "all", "all", "all"),
  /** Opened by the token that stands in the hold's first answer, not by who asks. */
  "hold.keep": rule("all", "all", "all", "all", "all", "all", "all"),
  /** Opened by the token in the link. */
  "calendar-feed.read": rule("all", "all", "all", "all", "all", "all", "all"),
  /** The feed shows all clinics, and staff of one must not see the others'. */
  "calendar-feed.share": rule("none", "own", "none", "none", "none", "none", "none"),
  "appointment.read": rule("none", "own", "clinics", "own", "none", "all", "all"),
  "appointment.book": rule("none", "own", "clinics", "own", "none", "all", "all"),
  "appointment.move": rule("none", "own", "clinics", "own", "none", "all", "all"),
  "appointment.cancel": rule("none", "own", "clinics", "own", "none", "all", "all"),
  "appointment.confirm": rule("none", "own", "clinics", "own", "none", "all", "all"),
  "appointment.check-in": rule("none", "own", "clinics", "own", "none", "all", "all"),
  "appointment.start": rule("none", "none", "clinics", "own", "none", "all", "all"),
  "appointment.complete": rule("none", "none", "clinics", "own", "none", "all", "all"),
  "appointment.no-show": rule("none", "none", "clinics", "own", "none", "all", "all"),
  "appointment.reopen": rule("none", "none", "clinics", "own", "none", "all", "all"),
  /** [B25] The clinic itself: may lift rules, and sees why it did. */
  "appointment.override": rule("none", "none", "clinics", "own", "none", "all", "none"),
  "patient.list": rule("none", "none", "clinics", "none", "none", "all", "none"),
  "patient.read": rule("none", "own", "clinics", "none", "none", "all", "none"),
  "patient.keep": rule("none", "none", "clinics", "none", "none", "all", "none"),
  "patient.export": rule("none", "own", "clinics", "none", "none", "all", "none"),
  /** [PD11] By the patient and not by a proxy, which the handler tells apart; by a desk that they asked. */
  "patient.delete": rule("none", "own", "clinics", "none", "none", "all", "none"),
  /** Whose list may be opened; what stands in it is filtered by `appointment.read`. */
  "patient.appointments": rule("none", "own", "clinics", "none", "none", "all", "all"),
  /** Staff watch their clinic, not a person. A one-time ticket stands for whoever asked for it. */
  "patient.watch": rule("own", "own", "none", "none", "none", "all", "all"),
  /** [DV8] What happens at a clinic, without anybody in it. As above, a ticket stands for whoever asked for it. */
  "board.watch": rule("own", "none", "clinics", "none", "clinics", "all", "none"),
  /** For whose socket: `patient.watch` and `board.watch`. */
  "live.ticket": rule("none", "own", "clinics", "none", "clinics", "all", "all"),
  "block.keep": rule("none", "none", "clinics", "own", "none", "all", "all"),
  "clinic.day": rule("none", "none", "clinics", "none", "none", "all", "none"),
  "clinic.manage": rule("none", "none", "clinics", "none", "none", "all", "none"),
  "provider.manage": rule("none", "none", "clinics", "none", "none", "all", "none"),
  "visit-type.read-rules": rule("none", "none", "all", "none", "none", "all", "none"),
  /** Clinics, providers, visit types and staff are made, ended and brought in by administrators. */
  "network.manage": rule("none", "none", "none", "none", "none", "all", "none"),
  "network.repair": rule("none", "none", "none", "none", "none", "all", "all"),
  "network.export": rule("none", "none", "clinics", "none", "none", "all", "none"),
  /** [DV1] Opened by the pairing's secret and the device's, not by who asks. */
  "device.pair": rule("all", "all", "all", "all", "all", "all", "all"),
  "device.keep": rule("none", "none", "clinics", "none", "none", "all", "none"),
  /** [DV11] Opened by the partner's signature. */
  "partner.token": rule("all", "all", "all", "all", "all", "all", "all"),
  "partner.keep": rule("none", "none", "none", "none", "none", "all", "none"),
  /** [IE8] Who works where is the administrators'. */
  "staff.export": rule("none", "none", "none", "none", "none", "all", "none"),
  /** [AU8] Of a desk: what concerns its clinics, and its patients. */
  "audit.read": rule("none", "none", "clinics", "none", "none", "all", "none"),
  "audit.own": rule("none", "own", "none", "none", "none", "none", "none"),
  "audit.verify": rule("none", "none", "none", "none", "none", "all", "all"),
  // biome-ignore-end format: a table is read by its columns
} as const satisfies Readonly<Record<string, Rule>>;

export type Action = keyof typeof RULES;
/** Actions that need no account. */
export type PublicAction = {
  [A in Action]: (typeof RULES)[A]["anonymous"] extends "none" ? never : A;
}[Action];

export type Admission = "yes" | "unauthenticated" | "forbidden";

/** [A2] Whether this kind of caller does this at all; of which resources is `reachOf`. */
export function admission(principal: Principal | null, action: Action): Admission {
  if (principal && !isGranted(principal, action)) return "forbidden";
  if (RULES[action][principal?.role ?? "anonymous"] !== "none") return "yes";
  return principal ? "forbidden" : "unauthenticated";
}

/** [A2] What of a resource that has a patient, a clinic and a provider this caller reaches. */
export function reachOf(principal: Principal, action: Action): Reach {
  if (!isGranted(principal, action)) return { kind: "nothing" };
  switch (RULES[action][principal.role]) {
    case "none":
      return { kind: "nothing" };
    case "all":
      return principal.role === "service" && principal.clinics
        ? { kind: "clinics", locationIds: principal.clinics } // [DV14]
        : { kind: "everything" };
    case "clinics":
      return "clinics" in principal
        ? { kind: "clinics", locationIds: principal.clinics }
        : { kind: "nothing" };
    case "own":
      return ownOf(principal);
  }
}

/** [DV14] A partner does what they were allowed, and what everybody may; everybody else does what the table says. */
const isGranted = (principal: Principal, action: Action): boolean =>
  principal.role !== "service" ||
  principal.actions === undefined ||
  principal.actions.includes(action) ||
  RULES[action].anonymous === "all";

/**
 * [DV12] What a partner can be allowed: what a service does and a stranger does not, apart from repairing our own record, and from
 * following a person, whose socket shows every clinic.
 */
export const PARTNER_ACTIONS: readonly Action[] = (Object.keys(RULES) as Action[]).filter(
  (action) =>
    RULES[action].service !== "none" &&
    RULES[action].anonymous === "none" &&
    action !== ("network.repair" satisfies Action) &&
    action !== ("live.ticket" satisfies Action),
);

function ownOf(principal: Principal): Reach {
  if (principal.role === "patient")
    return { kind: "patients", patientIds: [principal.patientId, ...principal.represents] };
  if (principal.role === "provider") return { kind: "provider", providerId: principal.providerId };
  return { kind: "nothing" };
}
