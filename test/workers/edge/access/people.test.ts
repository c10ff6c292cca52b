import { DAY_MS } from "../../../../core/time.ts";
import { accessMatrix } from "../../../support/access/matrix.ts";
import {
  always,
  changing,
  creating,
  get,
  patient,
  post,
  provider,
  sub,
  watching,
} from "../../../support/access/requests.ts";
import { patientBody } from "../../../support/access/world.ts";
import { call, patientToken, visitOf } from "../../../support/edge.ts";
import declared from "./people.json";

accessMatrix("people", declared, {
  listPatients: get(always("/patients")),
  createPatient: creating(always("/patients"), ({ here }) => patientBody(here)),
  searchPatients: post(always("/patients/search"), () => ({ birthDate: "1980-02-03" })),
  readPatient: get(patient),
  changePatient: changing(patient, "", ({ here }) => patientBody(here)),
  deactivatePatient: post(sub(patient, "/deactivate")),
  endPatientSessions: post(sub(patient, "/sign-out")),
  activatePatient: post(sub(patient, "/activate")),
  mergePatient: post(sub(patient, "/merge"), ({ twin }) => ({ into: twin })),
  listPatientAppointments: get(sub(patient, "/appointments")),
  shareCalendar: post(sub(patient, "/calendar-links")),
  readCalendarFeed: async (world) => {
    const own = { token: await patientToken(world.owner) };
    const { body } = await call("POST", `${patient(world)}/calendar-links`, own);
    return { method: "GET", path: `${patient(world)}/calendar.ics${new URL(body.url).search}` };
  },
  watchProvider: watching((world) => {
    const day = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
    const query = new URLSearchParams({ visitTypeId: visitOf(world.provider), from: day, to: day });
    return `${provider(world)}?${query}`;
  }),
  watchPatient: watching(patient),
  issueTicket: post(always("/live/tickets"), ({ owner }) => ({ patientId: owner })),
});
