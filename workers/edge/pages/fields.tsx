/** Fields of our forms: a label, a hint, and an error that says what to do. The server alone judges them. */
import type { ComponentChildren } from "preact";
import { isRealDate } from "../../../core/exchange/real-date.ts";
import type { FormFields } from "./form.ts";

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly children: (described: {
    readonly id: string;
    readonly "aria-describedby"?: string;
    readonly "aria-invalid"?: "true";
  }) => ComponentChildren;
}

export function Field({ name, label, hint, error, children }: FieldProps) {
  const described = [hint ? `${name}-hint` : "", error ? `${name}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint ? (
        <p id={`${name}-hint`} class="hint">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${name}-error`} class="field-error">
          {error}
        </p>
      ) : null}
      {children({
        id: name,
        ...(described ? { "aria-describedby": described } : {}),
        ...(error ? { "aria-invalid": "true" as const } : {}),
      })}
    </div>
  );
}

/** Name of the field to sentence. */
export type Errors = Readonly<Record<string, string>>;

/** Takes the focus, names every error, leads to each field (WCAG 3.3.1). */
export function ErrorSummary({ errors }: { errors: Errors }) {
  const all = Object.entries(errors);
  return all.length > 0 ? (
    <div class="error-summary" role="alert" tabIndex={-1} autofocus>
      <h2>There is a problem</h2>
      <ul>
        {all.map(([name, text]) => (
          <li key={name}>
            <a href={`#${name}`}>{text}</a>
          </li>
        ))}
      </ul>
    </div>
  ) : null;
}

const PARTS = [
  { name: "day", label: "Day", complete: "bday-day", chars: 2 },
  { name: "month", label: "Month", complete: "bday-month", chars: 2 },
  { name: "year", label: "Year", complete: "bday-year", chars: 4 },
] as const;

/** Three plain fields: nobody finds 1951 in a calendar. */
export function BirthDate({ fields, error }: { fields: FormFields; error?: string | undefined }) {
  const described = `birth-hint${error ? " birth-error" : ""}`;
  return (
    <fieldset class="field" aria-describedby={described}>
      <legend>Date of birth</legend>
      <p id="birth-hint" class="hint">
        For example, 27 3 1985
      </p>
      {error ? (
        <p id="birth-error" class="field-error">
          {error}
        </p>
      ) : null}
      <div class="date-parts">
        {PARTS.map(({ name, label, complete, chars }) => (
          <div key={name} class={`date-part ${name}`}>
            <label for={name}>{label}</label>
            <input
              id={name}
              name={name}
              type="text"
              inputMode="numeric"
              autocomplete={complete}
              maxLength={chars}
              value={fields[name] ?? ""}
              {...(error ? { "aria-invalid": "true" as const } : {})}
            />
          </div>
        ))}
      </div>
    </fieldset>
  );
}

const OLDEST_YEAR = 1900;

/** `YYYY-MM-DD`, or the sentence that says what to type. */
export function readBirthDate(
  { day = "", month = "", year = "" }: FormFields,
  today: string,
): { readonly date: string } | { readonly error: string } {
  const parts = [day, month, year].map((part) => part.trim());
  if (parts.some((part) => part === "")) return { error: "Enter day, month and year of birth." };
  if (
    !/^\d{1,2}$/.test(parts[0] ?? "") ||
    !/^\d{1,2}$/.test(parts[1] ?? "") ||
    !/^\d{4}$/.test(parts[2] ?? "")
  )
    return { error: "Enter the date of birth in numbers, the year with four digits." };
  const [d = "", m = "", y = ""] = parts;
  const date = `${y}-${m.padStart(2, "0")}-${d.padStart(2, "0")}`;
  if (!isRealDate(date)) return { error: "That date does not exist. Check day and month." };
  if (Number(y) < OLDEST_YEAR || date > today) return { error: "Check the year of birth." };
  return { date };
}
