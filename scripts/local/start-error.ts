/** Why a script cannot go on, as one sentence for the person at the terminal; shown without a stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}
