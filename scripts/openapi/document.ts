/** openapi.json out of the table of operations and the contracts. */
import * as z from "zod";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from "zod-openapi";
import { RULES } from "../../core/access/rules.ts";
import type { Operation, OperationId } from "../../workers/edge/api/operations.ts";
import { type Answer, type Contract, isSchema, TAGS } from "../../workers/edge/contract/contract.ts";
import {
  CONTRACTS,
  openApiPath,
  operationIds,
  operationOf,
  problemStatuses,
} from "../../workers/edge/contract/index.ts";
import { PROBLEMS, type ProblemSlug, problemSchema } from "../../workers/edge/contract/problems.ts";

type Responses = ZodOpenApiOperationObject["responses"];
type Parameters = NonNullable<ZodOpenApiOperationObject["requestParams"]>;

const HEADERS = {
  "Idempotency-Key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .meta({
      description: "One value for one command: a repetition within 24 hours is answered like the first time.",
    }),
  "If-Match": z
    .string()
    .regex(/^"v\d{1,9}"$/)
    .meta({ description: 'The ETag that was read, such as `"v1"`.' }),
  "If-None-Match": z.string().meta({ description: "The ETag of the answer that the caller has." }),
  "Hold-Token": z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .meta({ description: "The token of the hold's first answer." }),
  "Turnstile-Token": z
    .string()
    .max(2_048)
    .meta({ description: "The token of a Turnstile widget, good once, where the deployment asks for it." }),
  "Pairing-Secret": z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .meta({ description: "The secret that came with the code." }),
  "Device-Secret": z
    .string()
    .regex(/^dev_[0-9a-z]{14}\.[A-Za-z0-9_-]{43}$/)
    .meta({ description: "The device's secret: of its pairing's answer, or the last one it was given." }),
} as const;

const ANSWERS: Readonly<Record<string, string>> = {
  101: "The socket is open.",
  200: "Done.",
  201: "Made.",
  202: "Accepted.",
  204: "Done; there is nothing to say.",
  304: "The caller's copy is still true.",
};

/** One schema for each problem in the whole document: the same kind has the same name everywhere. */
const problemSchemas = new Map<ProblemSlug, z.ZodObject>();
function problem(slug: ProblemSlug): z.ZodObject {
  const known = problemSchemas.get(slug) ?? problemSchema(slug);
  problemSchemas.set(slug, known);
  return known;
}

function contentOf(answer: Exclude<Answer, "empty">) {
  if (isSchema(answer)) return { "application/json": { schema: answer } };
  const schema = (media: string) =>
    media === "application/x-ndjson" && answer.line ? answer.line : { type: "string" as const };
  return Object.fromEntries(answer.media.map((media) => [media, { schema: schema(media) }]));
}

type ResponseObject = ZodOpenApiResponseObject & { readonly id: string };

/** The same problems of the same status are one response in the whole document, known by its name. */
const responses = new Map<string, ResponseObject>();
function problemResponse(status: number, slugs: readonly ProblemSlug[]): ResponseObject {
  const id = `${status}-${slugs.join("-or-")}`;
  const known = responses.get(id);
  if (known) return known;
  const [first, second, ...more] = slugs.map(problem) as [z.ZodObject, ...z.ZodObject[]];
  const fresh = {
    id,
    description: slugs.map((slug) => `\`${slug}\`: ${PROBLEMS[slug].means}`).join(" "),
    content: { "application/problem+json": { schema: second ? z.union([first, second, ...more]) : first } },
  };
  responses.set(id, fresh);
  return fresh;
}

const problemResponses = (id: OperationId): Responses =>
  Object.fromEntries(
    [...problemStatuses(id)]
      .toSorted(([a], [b]) => a - b)
      .map(([status, slugs]) => [String(status), problemResponse(status, slugs.toSorted())]),
  );

function answerResponses({ answers }: Contract): Responses {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      {
        description: ANSWERS[status] ?? "",
        ...(answer === "empty" ? {} : { content: contentOf(answer) }),
      },
    ]),
  );
}

function paramsOf({ params, query, headers }: Contract): Parameters {
  const named = Object.entries(headers ?? {}).map(([name, need]) => {
    const schema = HEADERS[name as keyof typeof HEADERS];
    return [name, need === "required" ? schema : schema.optional()] as const;
  });
  return {
    ...(params ? { path: z.object(params) } : {}),
    ...(query ? { query } : {}),
    ...(named.length > 0 ? { header: z.object(Object.fromEntries(named)) } : {}),
  };
}

function bodyOf({ body, example }: Contract): Pick<ZodOpenApiOperationObject, "requestBody"> {
  if (!body) return {};
  const { schema, media, optional } = body;
  const of = schema ?? { type: "string" as const };
  const content = Object.fromEntries(
    (media ?? ["application/json"]).map((one) => [
      one,
      { schema: of, ...(example === undefined ? {} : { example }) },
    ]),
  );
  return { requestBody: { required: !optional, content } };
}

/** Whoever may do it: nobody needs a token where strangers may. */
function securityOf({ rule }: Operation): ZodOpenApiOperationObject["security"] {
  const { anonymous, ...roles } = RULES[rule];
  if (anonymous === "none") return [{ token: [] }];
  const differs = Object.values(roles).some((scope) => scope !== anonymous);
  return differs ? [{}, { token: [] }] : [];
}

/** Frames stand among the shared schemas, under their own names. */
const frameSchemas = new Map<string, z.ZodType>();
function refTo(schema: z.ZodType): { readonly $ref: string } {
  const name = schema.meta()?.id;
  if (name === undefined) throw new Error("a frame has a name");
  frameSchemas.set(name, schema);
  return { $ref: `#/components/schemas/${name}` };
}

function operationObject(id: OperationId): ZodOpenApiOperationObject {
  const operation = operationOf(id);
  const contract: Contract = CONTRACTS[id];
  const { summary, description, tags, frames } = contract;
  return {
    operationId: id,
    summary,
    ...(description ? { description } : {}),
    tags: [...tags],
    security: securityOf(operation),
    requestParams: paramsOf(contract),
    ...bodyOf(contract),
    responses: { ...answerResponses(contract), ...problemResponses(id) },
    "x-openslot-rule": { name: operation.rule, ...RULES[operation.rule] },
    ...(frames
      ? { "x-openslot-frames": { server: refTo(frames.server), client: refTo(frames.client) } }
      : {}),
  } as ZodOpenApiOperationObject; // its type of extensions knows no objects
}

function paths(): ZodOpenApiPathsObject {
  const found: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const id of operationIds) {
    const operation = operationOf(id);
    const path = openApiPath(operation);
    found[path] = { ...found[path], [operation.method.toLowerCase()]: operationObject(id) };
  }
  return found;
}

/** The version of the contract: addresses under `/v1` keep what 1.x promised. */
export const API_VERSION = "1.0.0";

export function openApiDocument() {
  const described = paths(); // first: it meets the frames
  return createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "Openslot",
        version: API_VERSION,
        license: { name: "MIT", identifier: "MIT" },
        description:
          "Booking of medical appointments. Times are RFC 3339 with the clinic's offset, ids are opaque, and unknown members are refused. What is not the caller's to see is answered like what does not exist. `x-openslot-rule` says of each kind of caller which resources an operation reaches: none, own, clinics or all.",
      },
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths: described,
      components: {
        schemas: Object.fromEntries(frameSchemas),
        securitySchemes: {
          token: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description:
              "An access token of five minutes. Sockets of browsers take a one-time ticket instead.",
          },
        },
      },
    },
    {
      override: ({ jsonSchema }) => {
        // The library's pattern for a time is 300 characters long and says what `format` says.
        if (jsonSchema.format === "date-time" || jsonSchema.format === "date") delete jsonSchema.pattern;
      },
    },
  );
}

/** As it is committed: a line for each value, and the same text on every machine. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;

/** Among the browser's files, which are served as they are. */
export const OPENAPI_FILE = "web/public/openapi.json";
