/** What a form of ours sends, read once. */
import type { Context } from "hono";
import { LOCATION_ID } from "../../../core/ids.ts";
import type { EdgeEnv } from "../env.ts";
import { IDEMPOTENCY_KEY } from "../idempotency.ts";

/** Our keys are UUIDs; the start of the slot is put behind, and both must stay a legal key. */
const FORM_KEY_CHARS_MAX = 64;

export type FormFields = Readonly<Record<string, string>>;

/** Text fields only: a file that somebody attaches is not there. */
export async function formFields(c: Context<EdgeEnv>): Promise<FormFields> {
  const body = await c.req.parseBody();
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Made with the page: the same form sent twice is one command. */
export const newFormKey = (): string => crypto.randomUUID();

export const isFormKey = (key: string | undefined): key is string =>
  key !== undefined && key.length <= FORM_KEY_CHARS_MAX && IDEMPOTENCY_KEY.test(key);

/** The value of a slot's button, `<start>@<locationId>` (web/shared/live-slots.ts); null for anything else. */
export function parseSlot(text: string | undefined): { start: string; locationId: string } | null {
  const [start, locationId, more] = text?.split("@") ?? [];
  if (!start || !locationId || more !== undefined) return null;
  return LOCATION_ID.test(locationId) && !Number.isNaN(Date.parse(start)) ? { start, locationId } : null;
}

/** As in an ETag of the API. */
export const VERSION = /^\d{1,9}$/;

/** The version that the page showed and the form's key; null when either is missing. */
export function readTerms({ version, key }: FormFields): { ifMatch: number; key: string } | null {
  return version !== undefined && VERSION.test(version) && isFormKey(key)
    ? { ifMatch: Number(version), key }
    : null;
}
