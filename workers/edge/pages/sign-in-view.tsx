/** What the pages of signing in show. What they do is in sign-in.tsx. */
import type { Patient } from "../../../core/directory/directory.ts";
import type { Directory } from "../directory-cache.ts";
import { TURNSTILE_HOST } from "../middleware/security-headers.ts";
import { BirthDate, ErrorSummary, type Errors, Field } from "./fields.tsx";
import type { FormFields } from "./form.ts";
import { HiddenFields } from "./outcome.tsx";
import { phoneText } from "./words.ts";

export const CODE_MINUTES = 5;

/** Shown by the browser's own script, which knows whether it can use one. */
export const PasskeySignIn = ({ back }: { back: string }) => (
  <section class="passkey" data-passkey="sign-in" data-return={back} hidden aria-labelledby="passkey">
    <h2 id="passkey">Been here before?</h2>
    <p>If you saved a passkey on this device, your finger, face or PIN is enough.</p>
    <p class="actions">
      <button type="button" class="button quiet">
        Use a passkey
      </button>
    </p>
    <p class="passkey-news" role="status" />
  </section>
);

/** The field that Turnstile's script puts its token into. */
export const WIDGET_FIELD = "cf-turnstile-response";

/** [AB14] Turnstile's script finds the element by its class and puts a field with the token into the form around it. */
const HumanWidget = ({ siteKey }: { siteKey: string | undefined }) =>
  siteKey === undefined ? null : (
    <>
      <div
        class="cf-turnstile"
        data-sitekey={siteKey}
        data-action="code"
        data-appearance="interaction-only"
      />
      <script src={`${TURNSTILE_HOST}/turnstile/v0/api.js`} async defer />
      <noscript>
        <p class="hint">
          Sending a code needs JavaScript here. Without it, call your clinic to book or change a time.
        </p>
      </noscript>
    </>
  );

interface AddressFormProps {
  readonly back: string;
  readonly typed: string;
  readonly errors: Errors;
  /** Turnstile's site key, where a person is asked for. */
  readonly widget: string | undefined;
}

export function AddressForm({ back, typed, errors, widget }: AddressFormProps) {
  return (
    <>
      <ErrorSummary errors={errors} />
      <form method="post" action="/sign-in/address" novalidate>
        <HiddenFields fields={{ return: back }} />
        <Field
          name="to"
          label="Mobile number or e-mail address"
          hint="We send a 6-digit code there. You need no password. Text messages can be read by whoever has your phone or takes over your number: e-mail is safer, and a passkey safest."
          error={errors.to}
        >
          {(described) => (
            <input
              {...described}
              name="to"
              type="text"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              maxLength={254}
              value={typed}
            />
          )}
        </Field>
        <HumanWidget siteKey={widget} />
        <p class="actions">
          <button type="submit" class="button">
            Send the code
          </button>
        </p>
      </form>
    </>
  );
}

export function SamplePatients({
  patients,
  known,
  back,
}: {
  patients: readonly Patient[];
  known: Directory;
  back: string;
}) {
  return (
    <section class="local-only" aria-labelledby="samples">
      <h2 id="samples">Sample people of this computer</h2>
      <p>
        This network runs on your computer and its people are invented: choose who you are. Codes that are
        sent here stand on <a href="/dev">/dev</a>. Neither exists on a real site.
      </p>
      <form method="post" action="/sign-in">
        <HiddenFields fields={{ return: back }} />
        <ul class="choices">
          {patients.map(({ id, displayName, homeLocationId }) => {
            const home = known.clinics.get(homeLocationId);
            return (
              <li key={id}>
                <button type="submit" name="patientId" value={id} class="choice">
                  <span class="name">{displayName}</span>
                  {home ? (
                    <span class="muted">
                      {home.city}, {home.state}
                    </span>
                  ) : null}
                </button>
              </li>
            );
          })}
        </ul>
      </form>
    </section>
  );
}

interface CodeFormProps {
  readonly to: string;
  readonly back: string;
  readonly errors: Errors;
  /** Whole seconds until another code may be asked for; 0 = at once. */
  readonly waitSeconds: number;
  /** Turnstile's site key, where a person is asked for. */
  readonly widget: string | undefined;
}

export function CodeForm({ to, back, errors, waitSeconds, widget }: CodeFormProps) {
  return (
    <>
      <ErrorSummary errors={errors} />
      <form method="post" action="/sign-in/code" novalidate>
        <Field
          name="code"
          label="6-digit code"
          hint={`It was sent to ${phoneText(to)} and is good for ${CODE_MINUTES} minutes.`}
          error={errors.code}
        >
          {(described) => (
            <input
              {...described}
              class="code"
              name="code"
              type="text"
              inputMode="numeric"
              autocomplete="one-time-code"
              autofocus={Object.keys(errors).length === 0}
            />
          )}
        </Field>
        <p class="actions">
          <button type="submit" class="button">
            Sign in
          </button>
        </p>
      </form>
      <section aria-labelledby="no-code">
        <h2 id="no-code">No code?</h2>
        <p>It can take a minute. Look in the spam folder, and check the address above.</p>
        <form method="post" action="/sign-in/resend">
          <HumanWidget siteKey={widget} />
          <p class="actions">
            <button type="submit" class="button quiet" data-wait-seconds={waitSeconds}>
              Send a new code
            </button>
            <a href={`/sign-in?${new URLSearchParams({ return: back })}`}>Use another address</a>
          </p>
          <p class="hint" data-wait-news>
            {waitSeconds > 0 ? `You can ask for a new code in ${waitSeconds} seconds.` : ""}
          </p>
        </form>
      </section>
    </>
  );
}

export const ConfirmForm = ({ fields, errors }: { fields: FormFields; errors: Errors }) => (
  <>
    <ErrorSummary errors={errors} />
    <form method="post" action="/sign-in/confirm" novalidate>
      <BirthDate fields={fields} error={errors.day} />
      <p class="actions">
        <button type="submit" class="button">
          Continue
        </button>
      </p>
    </form>
  </>
);

interface RegisterFormProps {
  readonly fields: FormFields;
  readonly errors: Errors;
  readonly known: Directory;
}

/** By state and city, as people look for theirs. */
function clinicsByState(known: Directory) {
  const clinics = [...known.clinics.values()]
    .filter(({ active }) => active)
    .sort((a, b) => a.city.localeCompare(b.city) || a.name.localeCompare(b.name));
  return [...Map.groupBy(clinics, ({ state }) => state)].sort(([a], [b]) => a.localeCompare(b));
}

export function RegisterForm({ fields, errors, known }: RegisterFormProps) {
  return (
    <>
      <ErrorSummary errors={errors} />
      <form method="post" action="/sign-in/register" novalidate>
        <Field
          name="displayName"
          label="Full name"
          hint="As your clinic should call you."
          error={errors.displayName}
        >
          {(described) => (
            <input
              {...described}
              name="displayName"
              type="text"
              autocomplete="name"
              maxLength={200}
              value={fields.displayName ?? ""}
            />
          )}
        </Field>
        <BirthDate fields={fields} error={errors.day} />
        <Field
          name="homeLocationId"
          label="Home clinic"
          hint="The clinic that keeps your record. You can book at every other one."
          error={errors.homeLocationId}
        >
          {(described) => (
            <select {...described} name="homeLocationId">
              <option value="">Choose a clinic</option>
              {clinicsByState(known).map(([state, clinics]) => (
                <optgroup key={state} label={state}>
                  {clinics.map(({ id, name, city }) => (
                    <option key={id} value={id} selected={id === fields.homeLocationId}>
                      {city}: {name}
                    </option>
                  ))}
                </optgroup>
              ))}
            </select>
          )}
        </Field>
        <p class="actions">
          <button type="submit" class="button">
            Continue
          </button>
        </p>
      </form>
    </>
  );
}
