/**
 * Which operations leave an entry in the audit: what is about patients' data, and who or what may come to it. A new operation does not
 * compile without saying.
 */
import type { OperationId } from "./operations.ts";

/**
 * `booking`: takes time for a patient; an attempt that only lost a race leaves nothing. `administration`: gives, changes or ends access
 * of a person or a machine, which the entry names. A machine's own tokens are the issuer's to record. [AU11] [AU12]
 */
export type AuditKind = "none" | "patient-data" | "booking" | "administration";

export const AUDITED: Readonly<Record<OperationId, AuditKind>> = {
  readHealth: "none",
  listLocations: "none",
  createLocation: "none",
  readLocation: "none",
  readLocationSettings: "none",
  changeLocation: "none",
  deactivateLocation: "patient-data", // names what falls out, and may cancel it
  activateLocation: "none",
  listClosures: "none",
  putClosure: "patient-data", // as above
  removeClosure: "none",
  listResources: "none",
  createResource: "none",
  readResource: "none",
  changeResource: "none",
  deactivateResource: "none",
  activateResource: "none",
  readDayList: "patient-data",
  readDowntimeList: "patient-data",
  listVisitTypes: "none",
  createVisitType: "none",
  readVisitTypeSettings: "none",
  changeVisitType: "none",
  deactivateVisitType: "none",
  activateVisitType: "none",
  listSpecialties: "none",
  listStaff: "none",
  createStaff: "administration",
  readStaff: "none",
  changeStaff: "administration",
  deactivateStaff: "administration",
  activateStaff: "administration",
  inviteStaff: "administration",
  endStaffSessions: "administration",
  listProviders: "none",
  createProvider: "none",
  readProvider: "none",
  readAvailability: "none",
  explainStart: "none", // says what is in the way, never whose
  readProviderSettings: "none",
  changeProvider: "none",
  readSchedule: "none",
  changeSchedule: "none",
  deactivateProvider: "patient-data",
  activateProvider: "administration", // whoever is invited as them has their access back [ID22]
  createBlock: "none", // names times and ids of what lies under it, never whose
  listBlocks: "none",
  removeBlock: "none",
  findSoonest: "none",
  createHold: "none", // a hold has no patient
  readHold: "none",
  extendHold: "none",
  releaseHold: "none",
  bookAppointment: "booking",
  readAppointmentFile: "patient-data",
  readAppointment: "patient-data",
  readAppointmentHistory: "patient-data",
  moveAppointment: "patient-data",
  cancelAppointment: "patient-data",
  confirmAppointment: "patient-data",
  checkInAppointment: "patient-data",
  startAppointment: "patient-data",
  completeAppointment: "patient-data",
  missAppointment: "patient-data",
  reopenAppointment: "patient-data",
  createSignedLink: "patient-data",
  bookSeries: "booking",
  moveSeries: "patient-data",
  cancelSeries: "patient-data",
  listPatients: "patient-data",
  createPatient: "patient-data",
  searchPatients: "patient-data",
  readPatient: "patient-data",
  changePatient: "patient-data",
  deactivatePatient: "patient-data",
  activatePatient: "patient-data",
  mergePatient: "patient-data",
  exportPatient: "patient-data",
  endPatientSessions: "patient-data",
  deletePatient: "patient-data",
  listPatientAppointments: "patient-data",
  listProxies: "patient-data",
  addProxy: "patient-data",
  removeProxy: "patient-data",
  showProxyCode: "patient-data",
  listRepresented: "patient-data",
  shareCalendar: "patient-data",
  readCalendarFeed: "patient-data",
  watchProvider: "none",
  watchPatient: "patient-data",
  issueTicket: "patient-data",
  watchLocation: "none", // nobody is on a board
  startPairing: "none",
  approvePairing: "administration",
  readPairing: "none",
  issueDeviceToken: "none", // a refusal is recorded by the issuer, as of a sign-in
  listDevices: "none",
  renameDevice: "administration",
  revokeDevice: "administration",
  issuePartnerToken: "none", // as above
  listPartners: "none",
  createPartner: "administration",
  replacePartnerKeys: "administration",
  deactivatePartner: "administration",
  listAudit: "patient-data", // who was treated where
  readOwnAudit: "patient-data",
  sealAudit: "none",
  listCheckpoints: "none",
  importFile: "patient-data",
  exportFile: "patient-data",
  rebuildRecord: "none", // copies between stores; nothing of a patient goes out
  replayHistory: "none",
  tellCalendars: "none",
  resealTexts: "none", // as above
  hashRecord: "none",
};
