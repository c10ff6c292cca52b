/**
 * `npm run first-admin -- --email ada@clinic.example --name "Ada Adler"`: makes the administrator who makes all others, and
 * prints the link by which they come in. Exit code 1 with a sentence when there is one already, 2 for anything else.
 * The server of DATABASE_URL, else the embedded Postgres of this checkout. `--site` is where the link leads.
 */
import { parseArgs } from "node:util";
import * as z from "zod";
import { makeId, type StaffId } from "../core/ids.ts";
import { isPlainText } from "../core/plain-text.ts";
import { insertFirstAdmin } from "../db/identity/invitations.ts";
import { newInvitation } from "../workers/identity/invitation-link.ts";
import { Closing } from "./local/closing.ts";
import { readPorts } from "./local/machine.ts";
import { openRecord } from "./local/open-record.ts";
import { StartError } from "./local/start-error.ts";

const ID_BYTES = 12;
const NAME_CHARS_MAX = 200;

const wish = z.strictObject({
  email: z.email("--email must be an e-mail address").max(254).toLowerCase(),
  name: z
    .string()
    .trim()
    .min(1, "--name must not be empty")
    .max(NAME_CHARS_MAX)
    .refine(isPlainText, "--name must be one line"),
  site: z
    .url("--site must be an origin, such as https://book.example.org")
    .refine(
      (text) => URL.parse(text)?.origin === text,
      "--site must be an origin, such as https://book.example.org",
    ),
});

/** @throws StartError with a sentence */
function readWish(args: readonly string[], env: NodeJS.ProcessEnv): z.output<typeof wish> {
  let values: { email?: string; name?: string; site?: string };
  try {
    values = parseArgs({
      args: [...args],
      options: { email: { type: "string" }, name: { type: "string" }, site: { type: "string" } },
    }).values;
  } catch (error) {
    throw new StartError((error as Error).message.split("\n")[0] as string);
  }
  const { email = "", name = "", site = `http://localhost:${readPorts(env).http}` } = values;
  const parsed = wish.safeParse({ email, name, site });
  if (!parsed.success)
    throw new StartError(`${parsed.error.issues.map(({ message }) => message).join("; ")}.`);
  return parsed.data;
}

/** What Postgres said no to; a code, because its words can hold a row. */
const refusalOf = (error: unknown): string | undefined =>
  (((error as { cause?: unknown } | null)?.cause ?? error) as { code?: string } | null)?.code;

const closing = new Closing();
closing.listen();
try {
  const { email, name, site } = readWish(process.argv.slice(2), process.env);
  const db = await openRecord(process.env, closing);
  const { link, ...stored } = newInvitation(site, Date.now());
  const staffId = makeId("stf", crypto.getRandomValues(new Uint8Array(ID_BYTES))) as StaffId;
  await insertFirstAdmin(db, { staffId, displayName: name, email }, stored);
  console.log(`The first administrator is made. Within a week, once, they come in here:\n${link}`);
  await closing.end(0);
} catch (error) {
  const code = refusalOf(error);
  const sentence =
    code === "OS412"
      ? "There is an administrator already. They invite everybody else."
      : code === "23505"
        ? "Somebody of the staff has this address already."
        : error instanceof StartError
          ? error.message
          : `The record cannot be written (${code ?? "nobody answers"}).`;
  console.error(sentence);
  await closing.end(code === "OS412" || code === "23505" ? 1 : 2);
}
