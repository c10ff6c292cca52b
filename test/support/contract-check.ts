/**
 * [OA2] Holds every answer of the API that a test sees to its contract: a status that is not declared, a member too many or too
 * few, or a problem of another kind is a mistake, whatever the test itself looks for.
 */
import type * as z from "zod";
import type { OperationId } from "../../workers/edge/api/operations.ts";
import { type Answer, type Contract, isSchema } from "../../workers/edge/contract/contract.ts";
import {
  CONTRACTS,
  openApiPath,
  operationIds,
  operationOf,
  problemStatuses,
} from "../../workers/edge/contract/index.ts";
import { type ProblemSlug, problemSchema } from "../../workers/edge/contract/problems.ts";

export interface SeenAnswer {
  readonly method: string;
  /** With or without a query; from `/v1` on. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

const literal = (text: string): string => text.replace(/[.*+?^$()[\]\\|]/g, "\\$&");
const shapeOf = (path: string): RegExp => new RegExp(`^${literal(path).replace(/\{\w+\}/g, "[^/]+")}$`);

/** In the order of the table: of two that fit, the first one serves. */
const ROUTES = operationIds.map((id) => {
  const operation = operationOf(id);
  return { id, method: operation.method, shape: shapeOf(openApiPath(operation)) };
});

export function operationAt(method: string, path: string): OperationId | null {
  const address = path.split(/[?#]/)[0] ?? "";
  return ROUTES.find((route) => route.method === method && route.shape.test(address))?.id ?? null;
}

const schemas = new Map<ProblemSlug, z.ZodObject>();
function schemaOf(slug: ProblemSlug): z.ZodObject {
  const schema = schemas.get(slug) ?? problemSchema(slug);
  schemas.set(slug, schema);
  return schema;
}

const inWords = ({ issues }: z.ZodError): string =>
  issues
    .map((issue) =>
      issue.code === "unrecognized_keys"
        ? `/${issue.path.join("/")} has ${issue.keys.join(", ")} too`
        : `/${issue.path.join("/")} ${issue.message}`,
    )
    .join("; ");

const mistakeIn = (schema: z.ZodType, value: unknown): string | null => {
  const result = schema.safeParse(value);
  return result.success ? null : inWords(result.error);
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no schema takes it, and the message says which one did not
  }
}

/** Addresses of nobody's answer as what is missing does. */
const ELSEWHERE = new Map<number, readonly ProblemSlug[]>([
  [401, ["unauthenticated"]],
  [404, ["not-found"]],
  [429, ["rate-limited"]],
]);

function problemMistake(id: OperationId | null, { status, text }: SeenAnswer): string | null {
  const declared = (id === null ? ELSEWHERE : problemStatuses(id)).get(status);
  if (!declared) return `answered ${status}, which its contract does not name`;
  const body = parsed(text) as { readonly type?: unknown } | undefined;
  const slug = declared.find((one) => body?.type === `/problems/${one}`);
  if (!slug)
    return `answered ${status} with ${String(body?.type)}, and its contract names ${declared.join(", ")}`;
  const mistake = mistakeIn(schemaOf(slug), body);
  return mistake && `answered ${status} ${slug}: ${mistake}`;
}

const mediaOf = (contentType: string | null): string => (contentType ?? "").split(";")[0]?.trim() ?? "";

function bodyMistake(answer: Answer, { contentType, text, status }: SeenAnswer): string | null {
  if (answer === "empty") return text === "" ? null : `answered ${status} with a body`;
  const media = mediaOf(contentType);
  if (isSchema(answer)) {
    if (media !== "application/json") return `answered ${media || "no type"} instead of application/json`;
    const mistake = mistakeIn(answer, parsed(text));
    return mistake && `answered ${status}: ${mistake}`;
  }
  if (!(answer.media as readonly string[]).includes(media)) return `answered ${media}, which is not declared`;
  const { line } = answer;
  if (!line) return null;
  for (const one of text.split("\n").filter((part) => part !== "")) {
    const mistake = mistakeIn(line, parsed(one));
    if (mistake) return `answered a line: ${mistake}`;
  }
  return null;
}

/** What is wrong with an answer, in words; null = it keeps its contract. */
export function contractMistake(seen: SeenAnswer): string | null {
  const id = operationAt(seen.method, seen.path);
  const contract: Contract | null = id && CONTRACTS[id];
  const answer = contract?.answers[seen.status as keyof Contract["answers"]];
  const mistake = answer === undefined ? problemMistake(id, seen) : bodyMistake(answer, seen);
  return mistake && `${id ?? `${seen.method} of an unknown address`} ${mistake}`;
}
