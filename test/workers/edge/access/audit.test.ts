import { accessMatrix } from "../../../support/access/matrix.ts";
import { always, get, patient, post, sub } from "../../../support/access/requests.ts";
import declared from "./audit.json";

accessMatrix(
  "audit",
  declared,
  {
    listAudit: get(always("/audit")),
    readOwnAudit: get(sub(patient, "/audit")),
    sealAudit: post(always("/audit/checkpoints")),
    listCheckpoints: get(always("/audit/checkpoints?partition=0")),
  },
  { onePatient: true },
);
