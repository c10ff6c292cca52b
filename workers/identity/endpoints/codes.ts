/** Signing in by a one-time code: sent to an address, shown within five minutes, tried three times. */
import type * as z from "zod";
import type { PatientId } from "../../../core/ids.ts";
import {
  type Contact,
  patientsByContact,
  releaseAddress,
  standsAt,
  touchStranger,
} from "../../../db/identity/standing.ts";
import { codeTransport } from "../code-transport.ts";
import { birthDateGuard, checkCode, contactOf, issueCode } from "../codes.ts";
import type { IdentityEnv } from "../env.ts";
import { dbOf } from "../postgres.ts";
import { codeSendBody, codeVerifyBody } from "../schemas.ts";
import { addressSubject, recordSignIn } from "../sign-in-record.ts";
import { APIError, beginSession, type Call, createAuthEndpoint, type OurUser } from "./session.ts";

/** What a person has to do before they can book. */
export type Next = "signed-in" | "confirm" | "register";

/** People known by telephone only need an e-mail address for better-auth; nobody can receive mail at this one. */
const inventedEmail = (): string => `${crypto.randomUUID()}@phone.invalid`;
export const isInvented = (email: string): boolean => email.endsWith("@phone.invalid");

const UNIQUE_VIOLATION = "23505";
const codeOf = (error: unknown): unknown => ((error as Error).cause as { code?: unknown } | undefined)?.code;

async function findUser(call: Call, { kind, address }: Contact): Promise<OurUser | null> {
  return call.context.adapter.findOne<OurUser>({
    model: "user",
    where: [{ field: kind === "email" ? "email" : "phoneNumber", value: address }],
  });
}

async function refuse(env: IdentityEnv, { address }: Contact): Promise<never> {
  await recordSignIn(env, { subject: addressSubject(env, address), kind: "code", outcome: "refused" });
  throw new APIError("UNAUTHORIZED", { code: "CODE_REFUSED" });
}

/**
 * [SV14] Whoever has this address, unless the desk has taken it out of their record: a number was given to somebody else, a mailbox is
 * shared no more. Then it is a new address, and the person goes on by their others. Staff keep their e-mail address, to which the
 * provider is bound; it opens nothing by a code until it stands in the record again.
 */
async function findOwner(env: IdentityEnv, call: Call, contact: Contact): Promise<OurUser | null> {
  const user = await findUser(call, contact);
  if (!user?.patientId || (await standsAt(dbOf(env), contact, user.patientId as PatientId))) return user;
  if (user.staffId && contact.kind === "email") return refuse(env, contact);
  await releaseAddress(dbOf(env), user.id, contact, inventedEmail());
  return null;
}

/** Two codes of one new address at once: the second one finds what the first one made. */
async function findOrMakeUser(env: IdentityEnv, call: Call, contact: Contact): Promise<OurUser> {
  const known = await findOwner(env, call, contact);
  if (known) return known;
  const { kind, address } = contact;
  const fields =
    kind === "email"
      ? { email: address, emailVerified: true }
      : { email: inventedEmail(), emailVerified: false, phoneNumber: address };
  try {
    return (await call.context.internalAdapter.createUser({ name: "", ...fields }, {
      method: "other",
    } as never)) as unknown as OurUser;
  } catch (error) {
    const made = codeOf(error) === UNIQUE_VIOLATION ? await findUser(call, contact) : null;
    if (made) return made;
    throw error;
  }
}

/** The address that a user has proven last. */
export const contactOfUser = ({ email, phoneNumber }: OurUser): Contact =>
  isInvented(email) ? { kind: "phone", address: phoneNumber ?? "" } : { kind: "email", address: email };

/** [ID8] What is to be done next by somebody who proved `contact` and is no patient yet. */
export async function nextStep(env: IdentityEnv, contact: Contact): Promise<Next> {
  const candidates = await patientsByContact(dbOf(env), contact);
  return candidates.length === 1 && (await birthDateGuard(env, contact).isOpen()) ? "confirm" : "register";
}

export const codeEndpoints = (env: IdentityEnv) => ({
  /** [ID7] Always the same answer, whoever has the address and whether or not a code went out. */
  sendCode: createAuthEndpoint("/code/send", { method: "POST", body: codeSendBody }, async (call) => {
    const transport = codeTransport(env);
    if (!transport) throw new APIError("SERVICE_UNAVAILABLE", { code: "NO_TRANSPORT" });
    const contact = contactOf(call.body.to);
    const code = await issueCode(env, contact);
    if (code !== null)
      call.context.runInBackground(transport.send({ to: contact.address, kind: "code", text: code }));
    return call.json({ sent: true });
  }),

  /** [ID6] [ID8] */
  verifyCode: createAuthEndpoint("/code/verify", { method: "POST", body: codeVerifyBody }, async (call) => {
    const contact = contactOf(call.body.to);
    if (!(await checkCode(env, contact, call.body.code))) return refuse(env, contact);
    const user = await findOrMakeUser(env, call as unknown as Call, contact);
    if (!(user.patientId || user.staffId)) await touchStranger(dbOf(env), user.id);
    const session = await beginSession(call as unknown as Call, user.id, "otp");
    const isPatient = session.role === "patient";
    await recordSignIn(env, {
      subject: isPatient ? session.subject : addressSubject(env, contact.address),
      kind: "code",
      outcome: "accepted",
    });
    return call.json({ next: isPatient ? "signed-in" : await nextStep(env, contact) } satisfies {
      next: Next;
    });
  }),
});

export type CodeBody = z.output<typeof codeVerifyBody>;
