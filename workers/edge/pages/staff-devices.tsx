/** The desk's page about its kiosks: pair one by its code, rename it, revoke it. Every step is a plain form. */
import { type Context, Hono } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { reachesClinic } from "../../../core/access/reach.ts";
import { admission, reachOf } from "../../../core/access/rules.ts";
import type { Clinic } from "../../../core/directory/directory.ts";
import { DEVICE_NAME_CHARS_MAX } from "../../../core/identity/device.ts";
import type { DeviceFacts } from "../../../durable-objects/device-shard/device-shard.ts";
import { momentText } from "../../../web/shared/time-text.ts";
import { approvePairingBody, renameDeviceBody } from "../api/device-schemas.ts";
import { directoryOf } from "../api/directory.ts";
import { NOT_FOUND, type Problem } from "../api/problem.ts";
import { approveDevice, keptDevice, renameDevice, revokeDevice } from "../devices.ts";
import type { EdgeEnv } from "../env.ts";
import { issuerSays } from "../identity-answer.ts";
import { formFields } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { problemPage } from "./outcome.tsx";
import { toSignIn } from "./session.ts";

const HOME = "/staff/devices";
const pathOf = (device: DeviceFacts, more = ""): string => `${HOME}/${device.id}${more}`;

/** Whoever keeps the devices of some clinic; null: nobody, or a patient. */
function keeperOf(c: Context<EdgeEnv>): Principal | null {
  const principal = c.get("principal");
  return principal && admission(principal, "device.keep") === "yes" ? principal : null;
}

/** Those whose devices this one keeps, by name. */
async function clinicsOf(c: Context<EdgeEnv>, keeper: Principal): Promise<readonly Clinic[]> {
  const reach = reachOf(keeper, "device.keep");
  return [...(await directoryOf(c)).clinics.values()]
    .filter(({ id }) => reachesClinic(reach, id))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

interface Typed {
  readonly code: string;
  readonly name: string;
}

/** What stands in the list: a new name, an end, or that nothing happened. */
interface Listed {
  readonly typed?: Typed;
  /** What was wrong with what was typed. */
  readonly wrong?: string;
  readonly done?: string;
}

function ClinicChoice({ clinics, chosen }: { clinics: readonly Clinic[]; chosen: Clinic }) {
  return (
    <form method="get" action={HOME} class="panel">
      <div class="field">
        <label for="clinic">Clinic</label>
        <select id="clinic" name="clinic">
          {clinics.map(({ id, name }) => (
            <option key={id} value={id} selected={id === chosen.id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <p class="actions">
        <button type="submit" class="button quiet">
          Show its kiosks
        </button>
      </p>
    </form>
  );
}

function PairForm({ clinic, typed, wrong }: { clinic: Clinic; typed: Typed; wrong: string | undefined }) {
  const described = wrong ? "code-hint code-wrong" : "code-hint";
  return (
    <section aria-labelledby="pair">
      <h2 id="pair">Pair a screen</h2>
      <p>
        Open <code>/kiosk</code> of this site on the screen. It shows a code of eight characters.
      </p>
      <form method="post" action={`${HOME}/pair`}>
        <input type="hidden" name="clinic" value={clinic.id} />
        <div class="fields">
          <div class="field">
            <label for="code">Code on the screen</label>
            <span id="code-hint" class="hint">
              Such as ACDE-3479; capitals and the dash do not matter
            </span>
            <input
              id="code"
              name="code"
              value={typed.code}
              required
              maxLength={32}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              aria-describedby={described}
              aria-invalid={wrong ? "true" : undefined}
              autofocus={wrong !== undefined}
            />
            {wrong ? (
              <p id="code-wrong" class="notice error" role="alert">
                {wrong}
              </p>
            ) : null}
          </div>
          <div class="field">
            <label for="name">Where it stands</label>
            <span id="name-hint" class="hint">
              Such as Main entrance
            </span>
            <input
              id="name"
              name="name"
              value={typed.name}
              required
              maxLength={DEVICE_NAME_CHARS_MAX}
              autocomplete="off"
              aria-describedby="name-hint"
            />
          </div>
        </div>
        <p class="actions">
          <button type="submit" class="button">
            Pair with {clinic.name}
          </button>
        </p>
      </form>
    </section>
  );
}

const ENDS = { revoked: "Revoked", lapsed: "Ended: silent for 30 days" } as const;

function DeviceCard({ device, zone }: { device: DeviceFacts; zone: string }) {
  return (
    <li class="card">
      <h3>{device.name}</h3>
      {device.ended ? (
        <p class="muted">
          {ENDS[device.ended.how]}, {momentText(device.ended.at, zone)}
        </p>
      ) : (
        <>
          <p>
            Last seen {momentText(device.seenAt, zone)}. Paired {momentText(device.approvedAt, zone)}.
          </p>
          <p class="actions">
            <a class="button quiet" href={pathOf(device)}>
              Rename<span class="sr-only"> {device.name}</span>
            </a>
            <a class="button quiet danger" href={pathOf(device, "/revoke")}>
              Revoke<span class="sr-only"> {device.name}</span>
            </a>
          </p>
        </>
      )}
    </li>
  );
}

async function listPage(
  c: Context<EdgeEnv>,
  keeper: Principal,
  wanted: string | undefined,
  { typed = { code: "", name: "" }, wrong, done }: Listed = {},
): Promise<Response> {
  const clinics = await clinicsOf(c, keeper);
  const clinic = wanted === undefined ? clinics[0] : clinics.find(({ id }) => id === wanted);
  if (!clinic) return problemPage(c, NOT_FOUND);
  const found = await issuerSays(() => c.env.IDENTITY_DEVICES.list(clinic.id));
  if (!found.ok) return problemPage(c, found.problem);
  const inUse = found.value.filter(({ ended }) => !ended);
  const over = found.value.filter(({ ended }) => ended);
  return sendPage(c, {
    title: `Kiosks of ${clinic.name}`,
    ...(wrong ? { status: 422 } : {}),
    children: (
      <>
        <h1>Kiosks of {clinic.name}</h1>
        {done ? (
          <p class="notice" role="status">
            {done}
          </p>
        ) : null}
        {clinics.length > 1 ? <ClinicChoice clinics={clinics} chosen={clinic} /> : null}
        <PairForm clinic={clinic} typed={typed} wrong={wrong} />
        <section aria-labelledby="in-use">
          <h2 id="in-use">In use</h2>
          {inUse.length === 0 ? <p>No screen is paired with this clinic.</p> : null}
          <ul class="cards">
            {inUse.map((device) => (
              <DeviceCard key={device.id} device={device} zone={clinic.timeZone} />
            ))}
          </ul>
        </section>
        {over.length > 0 ? (
          <section aria-labelledby="over">
            <h2 id="over">Not any more</h2>
            <ul class="cards">
              {over.map((device) => (
                <DeviceCard key={device.id} device={device} zone={clinic.timeZone} />
              ))}
            </ul>
          </section>
        ) : null}
      </>
    ),
  });
}

function renamePage(c: Context<EdgeEnv>, device: DeviceFacts): Promise<Response> {
  return sendPage(c, {
    title: `Rename ${device.name}`,
    children: (
      <>
        <h1>Rename {device.name}</h1>
        <form method="post" action={pathOf(device, "/rename")}>
          <div class="field">
            <label for="name">Where it stands</label>
            <input
              id="name"
              name="name"
              value={device.name}
              required
              maxLength={DEVICE_NAME_CHARS_MAX}
              autocomplete="off"
            />
          </div>
          <p class="actions">
            <button type="submit" class="button">
              Rename
            </button>
            <a class="button quiet" href={`${HOME}?clinic=${device.locationId}`}>
              Keep the name
            </a>
          </p>
        </form>
      </>
    ),
  });
}

function revokePage(c: Context<EdgeEnv>, device: DeviceFacts): Promise<Response> {
  return sendPage(c, {
    title: `Revoke ${device.name}?`,
    children: (
      <>
        <h1>Revoke {device.name}?</h1>
        <p>
          It goes dark within seconds and shows a code again. This cannot be undone: to use the screen again,
          pair it anew.
        </p>
        <form method="post" action={pathOf(device, "/revoke")}>
          <p class="actions">
            <button type="submit" class="button danger">
              Revoke
            </button>
            <a class="button quiet" href={`${HOME}?clinic=${device.locationId}`}>
              Keep it
            </a>
          </p>
        </form>
      </>
    ),
  });
}

/** The device in the address, in use, for whoever keeps it. */
async function withDevice(
  c: Context<EdgeEnv>,
  act: (device: DeviceFacts, keeper: Principal) => Response | Promise<Response>,
): Promise<Response> {
  const keeper = keeperOf(c);
  if (!keeper) return toSignIn(c, HOME);
  const found = await keptDevice(c, keeper, c.req.param("id") ?? "");
  if (!found.ok) return problemPage(c, found.problem);
  return found.value.ended ? problemPage(c, NOT_FOUND) : act(found.value, keeper);
}

const listOf = (c: Context<EdgeEnv>, { locationId }: DeviceFacts, done: string): Response =>
  c.redirect(`${HOME}?clinic=${locationId}&done=${done}`, 303);

const DONE: Readonly<Record<string, string>> = {
  paired: "The screen is paired. It shows so within seconds.",
  renamed: "The kiosk has its new name.",
  revoked: "The kiosk is revoked.",
};

/** A sentence beside the field; what is the issuer's or the rate's is a page of its own. */
const sentenceOf = ({ status, title, detail }: Problem): string | null =>
  status === 422 ? [title, detail].filter(Boolean).join(" ") : null;

async function pairFromForm(c: Context<EdgeEnv>): Promise<Response> {
  const keeper = keeperOf(c);
  if (!keeper) return toSignIn(c, HOME);
  const { clinic, code = "", name = "" } = await formFields(c);
  const typed = { code: code.slice(0, 32), name: name.slice(0, DEVICE_NAME_CHARS_MAX) };
  const clinics = await clinicsOf(c, keeper);
  if (!clinics.some(({ id }) => id === clinic)) return problemPage(c, NOT_FOUND);
  const order = approvePairingBody.safeParse({ code, name, locationId: clinic });
  if (!order.success)
    return listPage(c, keeper, clinic, {
      typed,
      wrong: "A code has eight characters, and the place needs a name of one line.",
    });
  const approved = await approveDevice(c, keeper, order.data);
  if (approved.ok) return listOf(c, approved.value, "paired");
  const wrong = sentenceOf(approved.problem);
  return wrong === null ? problemPage(c, approved.problem) : listPage(c, keeper, clinic, { typed, wrong });
}

export const staffDevices = new Hono<EdgeEnv>()
  .get(HOME, (c) => {
    const keeper = keeperOf(c);
    if (!keeper) return toSignIn(c, HOME);
    const done = DONE[c.req.query("done") ?? ""];
    return listPage(c, keeper, c.req.query("clinic"), done ? { done } : {});
  })
  .post(`${HOME}/pair`, pairFromForm)
  .get(`${HOME}/:id`, (c) => withDevice(c, (device) => renamePage(c, device)))
  .post(`${HOME}/:id/rename`, (c) =>
    withDevice(c, async (device) => {
      const wish = renameDeviceBody.safeParse({ name: (await formFields(c)).name });
      if (!wish.success) return renamePage(c, device);
      const renamed = await renameDevice(c.env, device, wish.data.name);
      return renamed.ok ? listOf(c, device, "renamed") : problemPage(c, renamed.problem);
    }),
  )
  .get(`${HOME}/:id/revoke`, (c) => withDevice(c, (device) => revokePage(c, device)))
  .post(`${HOME}/:id/revoke`, (c) =>
    withDevice(c, async (device, keeper) => {
      const revoked = await revokeDevice(c.env, keeper, device);
      return revoked.ok ? listOf(c, device, "revoked") : problemPage(c, revoked.problem);
    }),
  );
