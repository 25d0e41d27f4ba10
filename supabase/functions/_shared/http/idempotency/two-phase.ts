/**
 * Work that asks another service between two transactions: begin, outside, attach, or else abandon.
 *
 * The rule about keys. No transaction is open while the service is asked, so `begin` commits the key as
 * started, with all that `outside` needs, and `attach` commits the answer under the key. If anything fails in
 * between, `abandon` frees the key, and a retry begins again: with the same record, for which the service
 * may have done its part already, or with a new one where the service stores its refusal. If `abandon` fails
 * too, the key stays in progress until its lock times out, and a retry takes it over.
 */
import type { ErrorBody } from "../../core/errors.ts";
import { withOwnTime } from "../../core/request.ts";
import type { Reply } from "../reply/reply.ts";
import { type KeyedCall, storeRefusal } from "./idempotent.ts";

/** A step that has its answer: one stored under the key, or one that needs no service. */
interface AnsweredStep<T> {
  readonly step: string;
  readonly status: number;
  readonly data: T | ErrorBody;
}

/** A step that goes on outside. */
type OpenStep<S> = Exclude<S, { readonly status: number }>;

interface TwoPhases<S, M, T> {
  /** Named in the log where it could not be abandoned. */
  readonly what: string;
  /** The first transaction: the record and the key, committed as started. */
  readonly begin: () => Promise<S | AnsweredStep<T>>;
  /** Asks the service. */
  readonly outside: (step: OpenStep<S>) => Promise<M>;
  /** The second transaction: notes what the service made, and stores the answer under the key. */
  readonly attach: (made: M, step: OpenStep<S>) => Promise<Reply<T>>;
  /** Frees the key after `error`. Left out where `outside` does that by itself. */
  readonly abandon?: (error: unknown, step: OpenStep<S>) => Promise<unknown>;
  /** Gives the error to answer with; without it, the caller gets the error itself. */
  readonly explain?: (error: unknown, step: OpenStep<S>) => unknown;
}

function isOpen<S>(step: S): step is OpenStep<S> {
  return !(typeof step === "object" && step !== null && "status" in step);
}

/** `attach` and `abandon` have time of their own: what the service did is noted after a timeout too. */
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

/** A refusal that the request itself caused is stored under its key, whichever phase it comes from. */
export async function twoPhase<S, M, T>(
  call: KeyedCall,
  phases: TwoPhases<S, M, T>,
): Promise<Reply<T>> {
  try {
    const step = await phases.begin();
    if (isOpen(step)) return await finish(call, phases, step as OpenStep<S>);
    const { step: name, status, data } = step as AnsweredStep<T>;
    // From status 400 on this is an error body, which the envelope knows by the status.
    return { status, data: data as T, replayed: name === "replay" };
  } catch (error) {
    await storeRefusal(call, error);
    throw error;
  }
}
