/** The contract of every operation. One without fails the type check. */
import { RULES } from "../../../core/access/rules.ts";
import { AUDITED } from "../api/audited-operations.ts";
import { OPERATIONS, type Operation, type OperationId } from "../api/operations.ts";
import { administration } from "./administration.ts";
import { audit } from "./audit.ts";
import { booking } from "./booking.ts";
import type { Contract } from "./contract.ts";
import { directory } from "./directory.ts";
import { machines } from "./machines.ts";
import { network } from "./network.ts";
import { people } from "./people.ts";
import { personalData } from "./personal-data.ts";
import { COMMON_PROBLEMS, PROBLEMS, type ProblemSlug } from "./problems.ts";

export const CONTRACTS: { readonly [Id in OperationId]: Contract } = {
  ...directory,
  ...booking,
  ...administration,
  ...people,
  ...machines,
  ...personalData,
  ...network,
  ...audit,
};

export const operationIds = Object.keys(OPERATIONS) as OperationId[];
export const operationOf = (id: OperationId): Operation => OPERATIONS[id];

/** All problems of an operation: what its contract names, and what follows from how it is called. */
export function problemsOf(id: OperationId): readonly ProblemSlug[] {
  const { query, headers, body, problems = [] }: Contract = CONTRACTS[id];
  const { method, rule } = operationOf(id);
  const isPublic = Object.values(RULES[rule]).every((scope) => scope !== "none");
  return [
    ...new Set<ProblemSlug>([
      ...COMMON_PROBLEMS,
      ...(query || headers || body || method !== "GET" ? (["validation"] as const) : []),
      ...(isPublic ? [] : (["forbidden"] as const)),
      ...(headers?.["If-Match"] === "required" ? (["precondition-required"] as const) : []),
      ...(AUDITED[id] !== "none" && method !== "GET" ? (["outcome-unknown"] as const) : []), // [AU9]
      ...problems,
    ]),
  ];
}

/** The same by status. A body may also be too large, and one that is not JSON of the wrong kind. */
export function problemStatuses(id: OperationId): ReadonlyMap<number, readonly ProblemSlug[]> {
  const { body }: Contract = CONTRACTS[id];
  const { method } = operationOf(id);
  const isThere = (status: number): boolean =>
    (status !== 413 && status !== 415) || method !== "GET" || body?.media !== undefined;
  const pairs = problemsOf(id).flatMap((slug) =>
    PROBLEMS[slug].statuses.filter(isThere).map((status) => [status, slug] as const),
  );
  return new Map(
    [...Map.groupBy(pairs, ([status]) => status)].map(([status, here]) => [
      status,
      here.map(([, slug]) => slug),
    ]),
  );
}

/** `/v1/appointments/{id}`, as OpenAPI spells an address. A parameter with an ending is spelled with it. */
export const openApiPath = ({ path }: Operation): string =>
  path.replace(/:\w+\{[^}]*\\\.(\w+)\}/, "{id}.$1").replace(/:(\w+)/g, "{$1}");
