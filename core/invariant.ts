/** Thrown when a rule of ours is broken: a bug, never a caller's mistake. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Stops the work when `rule` does not hold. The text names the rule and never carries data. */
export function invariant(condition: unknown, rule: string): asserts condition {
  if (!condition) throw new InvariantError(rule);
}
