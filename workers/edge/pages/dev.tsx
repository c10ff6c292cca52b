/** /dev: what a laptop would have sent, and whom one can be there. Without LOCAL_MODE the page is not there. [SI12] */
import { type Context, Hono } from "hono";
import type { Role } from "../../../core/access/principal.ts";
import type { Patient } from "../../../core/directory/directory.ts";
import { SentList, type SentMessage } from "../../../web/shared/sent-list.tsx";
import { directoryOf } from "../api/directory.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { IssuerAway } from "../sign-in/issuer.ts";
import { sendPage } from "./layout.tsx";

/** One for each test that somebody tries by hand. */
const SAMPLE_PATIENTS = 3;

interface Identity {
  readonly who: string;
  readonly token: string;
}

interface Wanted {
  readonly who: string;
  readonly subject: string;
  readonly claims: { readonly role: Role; readonly clinics?: readonly string[]; readonly provider?: string };
}

async function sentOf(c: Context<EdgeEnv>): Promise<readonly SentMessage[]> {
  try {
    return (await c.env.IDENTITY.sentCodes()) ?? [];
  } catch {
    throw new IssuerAway();
  }
}

async function identitiesOf(c: Context<EdgeEnv>): Promise<Identity[]> {
  const known = await directoryOf(c);
  const patients: readonly Patient[] = await askPostgres(c.get("settings"), (db, { listPatients }) =>
    listPatients(db, { homeLocationIds: null, limit: SAMPLE_PATIENTS }),
  );
  const [clinic] = known.clinics.values();
  const [provider] = known.providers.values();
  const wanted: readonly Wanted[] = [
    ...patients.map(
      ({ id, displayName }): Wanted => ({
        who: `Patient ${displayName}`,
        subject: id,
        claims: { role: "patient" },
      }),
    ),
    ...(clinic
      ? [
          {
            who: `Staff of ${clinic.name}`,
            subject: "stf_dev",
            claims: { role: "staff" as const, clinics: [clinic.id] },
          },
        ]
      : []),
    ...(provider
      ? [
          {
            who: `Provider ${provider.displayName}`,
            subject: provider.id,
            claims: { role: "provider" as const, provider: provider.id },
          },
        ]
      : []),
    { who: "Administrator", subject: "adm_dev", claims: { role: "admin" } },
  ];
  const made = await Promise.all(
    wanted.map(async ({ who, subject, claims }) => ({
      who,
      token: await c.env.IDENTITY.sampleToken(subject, claims),
    })),
  );
  return made.flatMap(({ who, token }) => (token ? [{ who, token }] : []));
}

const Token = ({ who, token, id }: Identity & { id: string }) => (
  <li class="row">
    <label for={id}>{who}</label>
    <textarea id={id} readOnly rows={3} class="token">
      {token}
    </textarea>
    <p class="actions">
      <button type="button" class="button quiet" data-copy={id} hidden>
        Copy<span class="sr-only"> the token of {who}</span>
      </button>
      <span role="status" />
    </p>
  </li>
);

async function devPage(c: Context<EdgeEnv>): Promise<Response> {
  const [sent, identities] = await Promise.all([sentOf(c), identitiesOf(c)]);
  return sendPage(c, {
    title: "On this computer",
    children: (
      <>
        <h1>On this computer</h1>
        <p class="local-only">
          This page exists only where Openslot runs in local mode. On a real site the address is not there,
          and codes go to people.
        </p>
        <section aria-labelledby="sent-heading">
          <h2 id="sent-heading">Sent codes and invitations</h2>
          <p class="hint">The newest first; new ones appear by themselves.</p>
          <div id="sent">
            <SentList sent={sent} />
          </div>
        </section>
        <section aria-labelledby="tokens-heading">
          <h2 id="tokens-heading">Tokens of sample identities</h2>
          <p class="hint">
            For <a href="/docs">the API</a>, as <code>Authorization: Bearer</code>. Each is good for an hour
            from now.
          </p>
          <ul class="rows">
            {identities.map((one, index) => (
              <Token key={one.who} {...one} id={`token-${index}`} />
            ))}
          </ul>
        </section>
      </>
    ),
  });
}

export const dev = new Hono<EdgeEnv>()
  .get("/dev", (c) => (c.get("settings").LOCAL_MODE ? devPage(c) : c.notFound()))
  .get("/dev/sent", async (c) =>
    c.get("settings").LOCAL_MODE ? c.json({ sent: await sentOf(c) }) : c.notFound(),
  );
