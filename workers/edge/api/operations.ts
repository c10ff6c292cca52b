/**
 * Every operation of the API: where it is, and the rule of core/access/rules.ts that it stands under. Nothing is routed that is
 * not here, and nothing is here without a rule. Who serves it: router.ts. What goes in and out: workers/edge/contract/.
 */
import type { Action } from "../../../core/access/rules.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Operation {
  readonly method: Method;
  /** As Hono reads it. Of two that fit, the first one serves. */
  readonly path: string;
  readonly rule: Action;
  /** "socket" = an upgrade; "file" = a body beyond the common limit, which its handler counts itself; "form" = OAuth's, not JSON. */
  readonly kind?: "socket" | "file" | "form";
}

const LOCATION = "/v1/locations/:id";
const PROVIDER = "/v1/providers/:id";
const APPOINTMENT = "/v1/appointments/:id";
const PATIENT = "/v1/patients/:id";
const RESOURCE = `${LOCATION}/resources/:resource` as const;

export const OPERATIONS = {
  readHealth: { method: "GET", path: "/v1/health", rule: "public.read" },

  listLocations: { method: "GET", path: "/v1/locations", rule: "public.read" },
  createLocation: { method: "POST", path: "/v1/locations", rule: "network.manage" },
  readLocation: { method: "GET", path: LOCATION, rule: "public.read" },
  readLocationSettings: { method: "GET", path: `${LOCATION}/settings`, rule: "clinic.manage" },
  changeLocation: { method: "PUT", path: LOCATION, rule: "clinic.manage" },
  deactivateLocation: { method: "POST", path: `${LOCATION}/deactivate`, rule: "network.manage" },
  activateLocation: { method: "POST", path: `${LOCATION}/activate`, rule: "network.manage" },
  listClosures: { method: "GET", path: `${LOCATION}/closures`, rule: "clinic.manage" },
  putClosure: { method: "PUT", path: `${LOCATION}/closures/:from`, rule: "clinic.manage" },
  removeClosure: { method: "DELETE", path: `${LOCATION}/closures/:from`, rule: "clinic.manage" },
  listResources: { method: "GET", path: `${LOCATION}/resources`, rule: "clinic.manage" },
  createResource: { method: "POST", path: `${LOCATION}/resources`, rule: "clinic.manage" },
  readResource: { method: "GET", path: RESOURCE, rule: "clinic.manage" },
  changeResource: { method: "PUT", path: RESOURCE, rule: "clinic.manage" },
  deactivateResource: { method: "POST", path: `${RESOURCE}/deactivate`, rule: "clinic.manage" },
  activateResource: { method: "POST", path: `${RESOURCE}/activate`, rule: "clinic.manage" },
  readDayList: { method: "GET", path: `${LOCATION}/day-list`, rule: "clinic.day" },
  readDowntimeList: { method: "GET", path: `${LOCATION}/downtime`, rule: "clinic.day" },

  listVisitTypes: { method: "GET", path: "/v1/visit-types", rule: "public.read" },
  createVisitType: { method: "POST", path: "/v1/visit-types", rule: "network.manage" },
  readVisitTypeSettings: {
    method: "GET",
    path: "/v1/visit-types/:id/settings",
    rule: "visit-type.read-rules",
  },
  changeVisitType: { method: "PUT", path: "/v1/visit-types/:id", rule: "network.manage" },
  deactivateVisitType: { method: "POST", path: "/v1/visit-types/:id/deactivate", rule: "network.manage" },
  activateVisitType: { method: "POST", path: "/v1/visit-types/:id/activate", rule: "network.manage" },
  listSpecialties: { method: "GET", path: "/v1/specialties", rule: "public.read" },

  listStaff: { method: "GET", path: "/v1/staff", rule: "network.manage" },
  createStaff: { method: "POST", path: "/v1/staff", rule: "network.manage" },
  readStaff: { method: "GET", path: "/v1/staff/:id", rule: "network.manage" },
  changeStaff: { method: "PUT", path: "/v1/staff/:id", rule: "network.manage" },
  deactivateStaff: { method: "POST", path: "/v1/staff/:id/deactivate", rule: "network.manage" },
  activateStaff: { method: "POST", path: "/v1/staff/:id/activate", rule: "network.manage" },
  inviteStaff: { method: "POST", path: "/v1/staff/:id/invitation", rule: "network.manage" },
  endStaffSessions: { method: "POST", path: "/v1/staff/:id/sign-out", rule: "network.manage" },

  listProviders: { method: "GET", path: "/v1/providers", rule: "public.read" },
  createProvider: { method: "POST", path: "/v1/providers", rule: "network.manage" },
  readProvider: { method: "GET", path: PROVIDER, rule: "public.read" },
  readAvailability: { method: "GET", path: `${PROVIDER}/availability`, rule: "public.read" },
  explainStart: { method: "GET", path: `${PROVIDER}/availability/explain`, rule: "public.read" },
  readProviderSettings: { method: "GET", path: `${PROVIDER}/settings`, rule: "provider.manage" },
  changeProvider: { method: "PUT", path: PROVIDER, rule: "provider.manage" },
  readSchedule: { method: "GET", path: `${PROVIDER}/schedule`, rule: "provider.manage" },
  changeSchedule: { method: "PUT", path: `${PROVIDER}/schedule`, rule: "provider.manage" },
  deactivateProvider: { method: "POST", path: `${PROVIDER}/deactivate`, rule: "network.manage" },
  activateProvider: { method: "POST", path: `${PROVIDER}/activate`, rule: "network.manage" },
  createBlock: { method: "POST", path: `${PROVIDER}/blocks`, rule: "block.keep" },
  listBlocks: { method: "GET", path: `${PROVIDER}/blocks`, rule: "block.keep" },
  removeBlock: { method: "DELETE", path: `${PROVIDER}/blocks/:block`, rule: "block.keep" },
  findSoonest: { method: "GET", path: "/v1/availability", rule: "public.read" },

  createHold: { method: "POST", path: "/v1/holds", rule: "hold.keep" },
  readHold: { method: "GET", path: "/v1/holds/:id", rule: "hold.keep" },
  extendHold: { method: "POST", path: "/v1/holds/:id/extend", rule: "hold.keep" },
  releaseHold: { method: "DELETE", path: "/v1/holds/:id", rule: "hold.keep" },

  bookAppointment: { method: "POST", path: "/v1/appointments", rule: "appointment.book" },
  /** Before the next one, which would take the ending for a part of the id. */
  readAppointmentFile: {
    method: "GET",
    path: "/v1/appointments/:file{apt_[0-9a-z]+\\.ics}",
    rule: "appointment.read",
  },
  readAppointment: { method: "GET", path: APPOINTMENT, rule: "appointment.read" },
  readAppointmentHistory: { method: "GET", path: `${APPOINTMENT}/history`, rule: "appointment.read" },
  moveAppointment: { method: "PATCH", path: APPOINTMENT, rule: "appointment.move" },
  cancelAppointment: { method: "DELETE", path: APPOINTMENT, rule: "appointment.cancel" },
  confirmAppointment: { method: "POST", path: `${APPOINTMENT}/confirm`, rule: "appointment.confirm" },
  checkInAppointment: { method: "POST", path: `${APPOINTMENT}/check-in`, rule: "appointment.check-in" },
  startAppointment: { method: "POST", path: `${APPOINTMENT}/start`, rule: "appointment.start" },
  completeAppointment: { method: "POST", path: `${APPOINTMENT}/complete`, rule: "appointment.complete" },
  missAppointment: { method: "POST", path: `${APPOINTMENT}/no-show`, rule: "appointment.no-show" },
  reopenAppointment: { method: "POST", path: `${APPOINTMENT}/reopen`, rule: "appointment.reopen" },

  createSignedLink: { method: "POST", path: `${APPOINTMENT}/links`, rule: "signed-link.mint" },

  bookSeries: { method: "POST", path: "/v1/series", rule: "appointment.book" },
  moveSeries: { method: "PATCH", path: "/v1/series/:id", rule: "appointment.move" },
  cancelSeries: { method: "DELETE", path: "/v1/series/:id", rule: "appointment.cancel" },

  listPatients: { method: "GET", path: "/v1/patients", rule: "patient.list" },
  createPatient: { method: "POST", path: "/v1/patients", rule: "patient.keep" },
  searchPatients: { method: "POST", path: "/v1/patients/search", rule: "patient.list" },
  readPatient: { method: "GET", path: PATIENT, rule: "patient.read" },
  changePatient: { method: "PUT", path: PATIENT, rule: "patient.keep" },
  deactivatePatient: { method: "POST", path: `${PATIENT}/deactivate`, rule: "patient.keep" },
  activatePatient: { method: "POST", path: `${PATIENT}/activate`, rule: "patient.keep" },
  mergePatient: { method: "POST", path: `${PATIENT}/merge`, rule: "patient.keep" },
  exportPatient: { method: "GET", path: `${PATIENT}/export`, rule: "patient.export" },
  endPatientSessions: { method: "POST", path: `${PATIENT}/sign-out`, rule: "patient.keep" },
  deletePatient: { method: "POST", path: `${PATIENT}/deletion`, rule: "patient.delete" },
  listPatientAppointments: { method: "GET", path: `${PATIENT}/appointments`, rule: "patient.appointments" },
  listProxies: { method: "GET", path: `${PATIENT}/proxies`, rule: "consent.read" },
  addProxy: { method: "POST", path: `${PATIENT}/proxies`, rule: "consent.grant" },
  removeProxy: { method: "DELETE", path: `${PATIENT}/proxies/:consent`, rule: "consent.withdraw" },
  showProxyCode: { method: "POST", path: `${PATIENT}/proxy-codes`, rule: "consent.code" },
  listRepresented: { method: "GET", path: `${PATIENT}/represents`, rule: "consent.read" },
  shareCalendar: { method: "POST", path: `${PATIENT}/calendar-links`, rule: "calendar-feed.share" },
  readCalendarFeed: { method: "GET", path: `${PATIENT}/calendar.ics`, rule: "calendar-feed.read" },

  watchProvider: { method: "GET", path: "/v1/live/providers/:id", rule: "public.read", kind: "socket" },
  watchPatient: { method: "GET", path: "/v1/live/patients/:id", rule: "patient.watch", kind: "socket" },
  watchLocation: { method: "GET", path: "/v1/live/locations/:id", rule: "board.watch", kind: "socket" },
  issueTicket: { method: "POST", path: "/v1/live/tickets", rule: "live.ticket" },

  startPairing: { method: "POST", path: "/v1/devices/pairings", rule: "device.pair" },
  approvePairing: { method: "POST", path: "/v1/devices/pairings/approve", rule: "device.keep" },
  readPairing: { method: "GET", path: "/v1/devices/pairings/:id", rule: "device.pair" },
  issueDeviceToken: { method: "POST", path: "/v1/devices/token", rule: "device.pair" },
  listDevices: { method: "GET", path: `${LOCATION}/devices`, rule: "device.keep" },
  renameDevice: { method: "PATCH", path: "/v1/devices/:id", rule: "device.keep" },
  revokeDevice: { method: "POST", path: "/v1/devices/:id/revoke", rule: "device.keep" },

  issuePartnerToken: { method: "POST", path: "/v1/oauth/token", rule: "partner.token", kind: "form" },
  listPartners: { method: "GET", path: "/v1/partners", rule: "partner.keep" },
  createPartner: { method: "POST", path: "/v1/partners", rule: "partner.keep" },
  replacePartnerKeys: { method: "PUT", path: "/v1/partners/:id/keys", rule: "partner.keep" },
  deactivatePartner: { method: "POST", path: "/v1/partners/:id/deactivate", rule: "partner.keep" },

  listAudit: { method: "GET", path: "/v1/audit", rule: "audit.read" },
  readOwnAudit: { method: "GET", path: `${PATIENT}/audit`, rule: "audit.own" },
  sealAudit: { method: "POST", path: "/v1/audit/checkpoints", rule: "audit.verify" },
  listCheckpoints: { method: "GET", path: "/v1/audit/checkpoints", rule: "audit.verify" },

  importFile: { method: "POST", path: "/v1/imports/:kind", rule: "network.manage", kind: "file" },
  exportFile: { method: "GET", path: "/v1/exports/:kind", rule: "network.export" },
  rebuildRecord: { method: "POST", path: "/v1/rebuild/postgres", rule: "network.repair" },
  replayHistory: { method: "POST", path: "/v1/rebuild/history", rule: "network.repair" },
  tellCalendars: { method: "POST", path: "/v1/rebuild/calendars", rule: "network.repair" },
  resealTexts: { method: "POST", path: "/v1/rebuild/texts", rule: "network.repair" },
  hashRecord: { method: "GET", path: "/v1/rebuild/hash", rule: "network.repair" },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof OPERATIONS;
