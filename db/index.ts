/**
 * What the Workers ask of Postgres. Always imported as `await import("db/index.ts")`: the client, the schema and the
 * queries are 240 KB, half of what an isolate would evaluate before its first answer, and most answers need none of it.
 */
export {
  AUDIT_PAGE_MAX,
  type AuditPlace,
  type AuditQuery,
  type FoundEntry,
  findAuditEntries,
} from "./audit/find-entries.ts";
export { firstAuditSeq, removeAuditSegment } from "./audit/lines.ts";
export { recordAuditEntries } from "./audit/record-entries.ts";
export { type Db, makeDb } from "./client.ts";
export {
  consentBetween,
  consentPerson,
  consentsTo,
  countConsentTry,
  findConsent,
  grantConsent,
  ownerOfCode,
  proxyConsentsOf,
  putConsentCode,
  type Represented,
  representedBy,
  type ShownConsent,
  wasWithdrawnByPatient,
  withdrawConsent,
} from "./consent/consents.ts";
export {
  insertResource,
  insertVisitType,
  type ProviderProfile,
  setClinicActive,
  setResourceActive,
  setVisitTypeActive,
  updateClinic,
  updateProvider,
  updateResource,
  updateVisitType,
  type VisitTypeSettings,
} from "./directory/network-writes.ts";
export { markPushed, newsAndWaiting, newsSince, noteUntold, PUSH_MAX, unpushed } from "./directory/outbox.ts";
export {
  appointmentsByCalendar,
  type DeletionOrder,
  deletePatient,
  deletionDone,
  deletionReached,
  type OpenDeletion,
  openDeletions,
} from "./directory/patient-deletion.ts";
export {
  insertPatient,
  insertStaff,
  mergePatient,
  type PatientSettings,
  type StaffSettings,
  setPatientActive,
  setStaffActive,
  updatePatient,
  updateStaff,
} from "./directory/people-writes.ts";
export { termsStatement } from "./directory/search-words.ts";
export {
  findMade,
  insertClinic,
  insertProvider,
  type MadeBy,
  type MadeKind,
  putClosure,
  removeClosure,
  replaceSchedule,
  setProviderActive,
} from "./directory/writes.ts";
export { type BulkChange, type BulkResult, type BulkRow, CHUNK_ROWS_MAX } from "./exchange/bulk.ts";
export { EXPORT_PAGE_MAX, exportRows } from "./exchange/export-rows.ts";
export { importAppointments } from "./exchange/import-appointments.ts";
export { importProviders, importSchedules } from "./exchange/import-directory.ts";
export { deletedPatients, importPatients } from "./exchange/import-patients.ts";
export { knownIds } from "./exchange/known-ids.ts";
export { PUT_INCOMING_MAX, putIncoming } from "./incoming/put-incoming.ts";
export {
  countAwaited,
  incomingOfPatient,
  nextIncomingOf,
  REMOVED_MAX,
  removeIncoming,
} from "./incoming/waiting.ts";
export {
  allStoredHashes,
  type CalendarHash,
  CalendarHasher,
  hashOfAll,
  storedHashesOf,
} from "./projections/appointment-hash.ts";
export { newsOf } from "./projections/appointment-news.ts";
export {
  doubtfulRows,
  PROJECTION_ROWS_MAX,
  projectAppointments,
  restateAppointments,
  storedProviders,
  withdrawRows,
} from "./projections/appointments.ts";
export { projectOpenings, trimOpenings } from "./projections/openings.ts";
export { appointmentHistoryOf } from "./queries/appointment-history.ts";
export { correctWords } from "./queries/correct-words.ts";
export { isTakingOver, type OpenTimes, openTimesAt, visitsAt } from "./queries/day-list.ts";
export { findPatient } from "./queries/find-patient.ts";
export {
  findPatientRecord,
  isNarrow,
  MERGED_MAX,
  PATIENT_MATCHES_MAX,
  type PatientRecord,
  type PatientSearch,
  searchPatients,
} from "./queries/find-patient-record.ts";
export { findPostalArea } from "./queries/find-postal-area.ts";
export {
  closuresAt,
  findClinic,
  findResource,
  findStaff,
  findVisitType,
  listClosures,
  listResources,
  listStaff,
  providersAtClinic,
  providersOffering,
} from "./queries/find-settings.ts";
export { isKnownToProvider } from "./queries/is-known-to-provider.ts";
export { listPatients } from "./queries/list-patients.ts";
export { listProviders } from "./queries/list-providers.ts";
export { loadDirectory, PROVIDERS_MAX } from "./queries/load-directory.ts";
export { mergedInto } from "./queries/merged-into.ts";
export { nextOpenings } from "./queries/next-openings.ts";
export {
  appointmentIdsOf,
  type ExportedId,
  type ExportedVersion,
  historiesOf,
  projectedAmong,
  proxiesOf,
} from "./queries/patient-export.ts";
export { searchProvidersNearest } from "./queries/search-providers-nearest.ts";
export { searchProvidersSoonest } from "./queries/search-providers-soonest.ts";
export { soonestSlots } from "./queries/soonest-slots.ts";
