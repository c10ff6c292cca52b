import { accessMatrix } from "../../../support/access/matrix.ts";
import { always, get, patient, post, sub } from "../../../support/access/requests.ts";
import declared from "./personal-data.json";

accessMatrix("personal-data", declared, {
  exportPatient: get(sub(patient, "/export")),
  deletePatient: post(sub(patient, "/deletion"), () => ({})),
  resealTexts: post(always("/rebuild/texts"), () => ({ limit: 1 })),
});
