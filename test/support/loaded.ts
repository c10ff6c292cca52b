/**
 * What the edge loads with its first call, loaded before any. The test runtime fetches a module as part of the request that needs it
 * first; another request that waits for the same module waits for ever, because the runtime lets none wait for another's I/O.
 */
import "../../db/index.ts";
import "../../workers/edge/api/admin-clinics.ts";
import "../../workers/edge/api/admin-patients.ts";
import "../../workers/edge/api/admin-providers.ts";
import "../../workers/edge/api/admin-resources.ts";
import "../../workers/edge/api/admin-staff.ts";
import "../../workers/edge/api/admin-visit-types.ts";
import "../../workers/edge/api/appointment-history.ts";
import "../../workers/edge/api/audit.ts";
import "../../workers/edge/api/blocks.ts";
import "../../workers/edge/api/calendar-files.ts";
import "../../workers/edge/api/day-lists.ts";
import "../../workers/edge/api/devices.ts";
import "../../workers/edge/api/exports.ts";
import "../../workers/edge/api/imports.ts";
import "../../workers/edge/api/partners.ts";
import "../../workers/edge/api/patient-deletion.ts";
import "../../workers/edge/api/patient-export.ts";
import "../../workers/edge/api/proxies.ts";
import "../../workers/edge/api/rebuild.ts";
import "../../workers/edge/api/signed-links.ts";
import "../../workers/edge/exchange/export-stream.ts";
import "../../workers/edge/exchange/import-file.ts";
import "../../workers/edge/exchange/run-import.ts";
import "../../workers/edge/pages/day-list.ts";
