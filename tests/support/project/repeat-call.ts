/**
 * Repeats calls of database functions that a test makes by SQL. Endpoints repeat their calls too, but
 * no endpoint is between the test and the database.
 */
import { isRolledBack } from "../../../supabase/functions/_shared/adapters/database/failures.ts";
import { WHILE_A_CALLER_WAITS } from "../../../supabase/functions/_shared/adapters/database/retries.ts";
import { retry } from "../../../supabase/functions/_shared/resilience/retry.ts";

const codeOf = (error: unknown) => String((error as { code?: string }).code);

async function repeated<T>(
  call: () => PromiseLike<T>,
  mayRepeat: (code: string) => boolean,
): Promise<T> {
  return await retry(async () => await call(), {
    policyFor: (error) => mayRepeat(codeOf(error)) ? WHILE_A_CALLER_WAITS.rolledBack : undefined,
  });
}

/** Like an endpoint, repeats a call that was rolled back because of another transaction. */
export const repeatRolledBack = <T>(call: () => PromiseLike<T>) =>
  repeated(call, (code) => isRolledBack({ code }));

/**
 * Repeats a call that waited for a lock longer than the lock timeout. Endpoints also repeat such a
 * call while their caller waits. On a slow disk, many calls for one account at the same moment can
 * exceed the timeout. A call that ends in a deadlock is not repeated: it fails the test.
 */
export const repeatTimedOut = <T>(call: () => PromiseLike<T>) =>
  repeated(call, (code) => code === "55P03");
