/**
 * Work that calls an external service between two transactions: `begin`, `outside`, then `attach`,
 * or `abandon` after a failure.
 *
 * No transaction is open during the call. `begin` commits a record of the work, such as an order,
 * and marks the idempotency key as in progress. `attach` commits the response under the key. If a
 * step in between fails, `abandon` frees the key. A retry then begins again with the same record,
 * because the service may already have done its part. The retry uses a new record only if the
 * service has stored a refusal for the old one, because the service would repeat that refusal. If
 * `abandon` fails too, the key stays in progress until its lock times out; then a retry takes the
 * key over.
 */
import type { ErrorBody } from "../../core/errors.ts";
import { withOwnTime } from "../../core/deadline.ts";
import type { Reply } from "../reply/reply.ts";
import { type KeyedCall, storeRefusal } from "./stored-refusals.ts";

/**
 * The result of `begin` if no external call is needed, because the database has stored the response
 * or can make it.
 */
interface AnsweredStep<T> {
  readonly step: string;
  readonly status: number;
  readonly data: T | ErrorBody;
}

/** The result of `begin` if the external service must be called. */
type OpenStep<S> = Exclude<S, { readonly status: number }>;

interface TwoPhases<S, M, T> {
  /** The work's name, for the log line if `abandon` fails. */
  readonly what: string;
  /** The first transaction commits the record and the key. */
  readonly begin: () => Promise<S | AnsweredStep<T>>;
  /** Calls the external service. */
  readonly outside: (step: OpenStep<S>) => Promise<M>;
  /** The second transaction stores the service's result, and stores the response under the key. */
  readonly attach: (made: M, step: OpenStep<S>) => Promise<Reply<T>>;
  /** Frees the key after `error`. Left out if `outside` frees the key. */
  readonly abandon?: (error: unknown, step: OpenStep<S>) => Promise<unknown>;
  /** Returns the error for the caller. Left out if the caller gets `error` unchanged. */
  readonly explain?: (error: unknown, step: OpenStep<S>) => unknown;
}

function isOpen<S>(step: S): step is OpenStep<S> {
  return !(typeof step === "object" && step !== null && "status" in step);
}

/**
 * Runs `outside`, then `attach` or `abandon`. `attach` and `abandon` do not share the request's
 * deadline, so the service's result is stored even after a timeout.
 */
async function finish<S, M, T>(
  { services }: KeyedCall,
  { what, outside, attach, abandon, explain }: TwoPhases<S, M, T>,
  step: OpenStep<S>,
): Promise<Reply<T>> {
  try {
    const made = await outside(step);
    return await withOwnTime(() => attach(made, step));
  } catch (error) {
    if (abandon !== undefined) {
      await withOwnTime(() => abandon(error, step)).catch((failure: unknown) => {
        services.log("warn", `${what} not abandoned`, { detail: String(failure) });
      });
    }
    throw explain === undefined ? error : explain(error, step);
  }
}

/**
 * Runs the phases. A refusal that the request caused is stored under the key, whichever phase
 * throws it.
 */
export async function twoPhase<S, M, T>(
  call: KeyedCall,
  phases: TwoPhases<S, M, T>,
): Promise<Reply<T>> {
  try {
    const step = await phases.begin();
    if (isOpen(step)) return await finish(call, phases, step as OpenStep<S>);
    const { step: name, status, data } = step as AnsweredStep<T>;
    // With a status of 400 or more, `data` is an error body; renderReply recognises it by the
    // status.
    return { status, data: data as T, replayed: name === "replay" };
  } catch (error) {
    await storeRefusal(call, error);
    throw error;
  }
}
