/** Handles a host that does not answer. A run says what to do only once, and not at each step. */
import { type Finding, skipped } from "./step.ts";

/** The error for a host that does not answer. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";

  constructor(readonly host: string, cause: Error) {
    super(`${host} does not answer: ${reasonOf(cause)}`);
  }
}

/** Returns the last part of the innermost cause's message, such as "Connection refused". */
function reasonOf({ name, message, cause }: Error): string {
  if (cause instanceof Error) return reasonOf(cause);
  return name === "TimeoutError" ? "it took too long" : message.split(": ").at(-1)!;
}

/**
 * Returns the finding of a step that has thrown an error. If several steps fail because the same
 * host does not answer, only the first finding explains what to do.
 * @param silent the hosts that have not answered so far; this function adds to them
 * @param then the end of the advice: what to do after correcting the cause
 */
export function findingOfError(error: unknown, silent: Set<string>, then: string): Finding {
  if (!(error instanceof UnreachableError)) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      state: "failed",
      evidence: [said],
      fix: `Correct the cause of this error, and ${then}.`,
    };
  }
  const { host, message } = error;
  if (silent.has(host)) return skipped(`needs ${host}, which does not answer`);
  silent.add(host);
  const fix = `Check SUPABASE_URL, and check that the project is not paused. Then ${then}.`;
  return { state: "failed", evidence: [message], fix };
}
