/**
 * What an operation takes and gives, for openapi.json, the generated client and the tests. Nothing that runs imports this folder:
 * its schemas would cost every start of an isolate. Handlers parse with the same request schemas; the answers are only here.
 */
import type * as z from "zod";
import type { ProblemSlug } from "./problems.ts";

export const TAGS = {
  directory: "Clinics, providers and visit types, as everybody may read them.",
  availability: "Free times, and why a time is not free.",
  holds: "Keep a time for a few minutes while somebody fills in a form. No account is needed.",
  appointments: "Book, read, move, cancel, and what happens at the desk.",
  series: "Several visits at once, all or none.",
  patients: "Records of patients. Names never stand in addresses.",
  live: "Sockets that tell of changes, and tickets that open them.",
  kiosks: "Screens in waiting rooms: how one is paired with its clinic, and revoked.",
  partners: "Programs of others, which sign for themselves.",
  calendars: "iCalendar files and feeds.",
  administration: "What administrators and desks change in the directory.",
  staff: "The people of the clinics.",
  audit: "Who read and changed whose data, and the proof that nothing of it was changed.",
  network: "Files in and out, repairs, and whether all is well.",
} as const;
export type Tag = keyof typeof TAGS;

/** Request headers that carry meaning; their text is in parts.ts. */
export interface RequestHeaders {
  readonly "Idempotency-Key"?: "required" | "optional";
  readonly "If-Match"?: "required" | "optional";
  readonly "If-None-Match"?: "optional";
  readonly "Hold-Token"?: "required" | "optional";
  readonly "Turnstile-Token"?: "optional";
  readonly "Pairing-Secret"?: "required";
  readonly "Device-Secret"?: "required";
}

/** A body that is not one JSON value. */
export interface MediaAnswer {
  readonly media: readonly (
    | "text/csv"
    | "text/calendar"
    | "text/html"
    | "application/x-ndjson"
    | "application/json"
  )[];
  /** Of each line of JSON. */
  readonly line?: z.ZodType;
}

/** A strict schema of the JSON body, another kind of body, or none at all. */
export type Answer = z.ZodType | MediaAnswer | "empty";

export interface Contract {
  readonly summary: string;
  /** What a newcomer would get wrong without it. */
  readonly description?: string;
  readonly tags: readonly [Tag, ...Tag[]];
  /** One for each parameter of the path. */
  readonly params?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  readonly headers?: RequestHeaders;
  readonly body?: {
    readonly schema?: z.ZodType;
    /** Other than JSON. */
    readonly media?: readonly string[];
    /** Without one, an empty object is meant. */
    readonly optional?: boolean;
  };
  /** By status, without problems. */
  readonly answers: Readonly<Partial<Record<101 | 200 | 201 | 202 | 204 | 304, Answer>>>;
  /** What it may answer beside COMMON_PROBLEMS and what follows from its rule, body and query. */
  readonly problems?: readonly ProblemSlug[];
  /** Of a whole request body. */
  readonly example?: unknown;
  /** A socket: the frames that the server sends, and that clients may send. */
  readonly frames?: { readonly server: z.ZodType; readonly client: z.ZodType };
}

/** Keeps what each contract says in its type, and checks it. */
export const contracts = <const Group extends Readonly<Record<string, Contract>>>(group: Group): Group =>
  group;

export const isSchema = (answer: Answer): answer is z.ZodType =>
  typeof answer === "object" && "safeParse" in answer;
