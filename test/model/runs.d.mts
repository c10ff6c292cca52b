export interface Result {
  readonly states: number;
  readonly edges: number;
  readonly depth: number;
  readonly complete: boolean;
  readonly seconds: number;
  /** Answers that were reached, as "key answer". */
  readonly witness: readonly string[];
  readonly error: { readonly message: string; readonly trace: readonly string[] } | null;
}
export const scenarioNames: readonly string[];
export const removals: readonly string[];
/** One scenario under one named level of faults. */
export function runScenario(
  name: string,
  level: string,
  limits: { maxSeconds: number; maxStates: number },
): Result;
/** The scenario that needs the rule, with the rule switched off. */
export function runWithout(rule: string, limits: { maxSeconds: number; maxStates: number }): Result;
