import {
  aDevice,
  aPartner,
  approvingPairing,
  aScreen,
  askingForPartnerToken,
  partnerBody,
  partnerJwks,
  startingPairing,
} from "../../../support/access/machines.ts";
import { accessMatrix } from "../../../support/access/matrix.ts";
import { always, get, location, sub, watching } from "../../../support/access/requests.ts";
import { MARK } from "../../../support/access/world.ts";
import { freshKey } from "../../../support/edge.ts";
import declared from "./machines.json";

accessMatrix(
  "machines",
  declared,
  {
    startPairing: startingPairing,
    readPairing: async () => {
      const { id, secret } = await aScreen();
      return { method: "GET", path: `/devices/pairings/${id}`, headers: { "pairing-secret": secret } };
    },
    approvePairing: approvingPairing,
    issueDeviceToken: async ({ here }) => {
      const { secret } = await aDevice(here);
      return { method: "POST", path: "/devices/token", headers: { "device-secret": secret } };
    },
    listDevices: get(sub(location, "/devices")),
    renameDevice: async ({ here }) => {
      const { deviceId } = await aDevice(here);
      return { method: "PATCH", path: `/devices/${deviceId}`, body: { name: MARK } };
    },
    revokeDevice: async ({ here }) => ({
      method: "POST",
      path: `/devices/${(await aDevice(here)).deviceId}/revoke`,
    }),
    watchLocation: watching(location),
    issuePartnerToken: askingForPartnerToken,
    listPartners: get(always("/partners")),
    createPartner: async () => ({
      method: "POST",
      path: "/partners",
      key: freshKey(),
      body: await partnerBody(),
    }),
    replacePartnerKeys: async () => ({
      method: "PUT",
      path: `/partners/${await aPartner()}/keys`,
      body: { jwks: await partnerJwks() },
    }),
    deactivatePartner: async () => ({ method: "POST", path: `/partners/${await aPartner()}/deactivate` }),
  },
  { onePatient: true },
);
