/**
 * The states of data that a hook reads from the service. `unknown` is a state of its own, so that
 * the app does not show 0 or an empty list when a read has failed.
 */
import { FarthingError } from "@farthing/client";
import type { UseQueryResult } from "@tanstack/react-query";

/** Nothing is known yet. */
export interface Loading {
  readonly status: "loading";
}

/** Nobody is signed in. The app should ask the user to sign in. */
export interface SignedOut {
  readonly status: "signed_out";
}

/** The last attempt to read the data failed. */
export interface Unknown<Data> {
  readonly status: "unknown";
  readonly error: FarthingError;
  /** The data that was read last, which may be out of date; undefined if it was never read. */
  readonly last: Data | undefined;
  readonly retry: () => void;
}

export interface Ready<Data> {
  readonly status: "ready";
  readonly data: Data;
}

export type Reading<Data> = Loading | SignedOut | Unknown<Data> | Ready<Data>;

/** Returns whether the service refused the call because nobody is signed in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof FarthingError && error.status === 401;
}

const wrapped = new WeakMap<Error, FarthingError>();

/**
 * Returns the error as a `FarthingError`. The client throws only this kind of error, but code of
 * the app, such as its own `fetch`, may throw others. The same error always gives the same object,
 * so that a React effect may depend on that object.
 */
export function farthingErrorOf(error: Error): FarthingError {
  if (error instanceof FarthingError) return error;
  const { message } = error;
  const facts = { code: "unexpected_error", message, status: 0, retryable: false } as const;
  const made = wrapped.get(error) ?? new FarthingError(facts, error);
  wrapped.set(error, made);
  return made;
}

/** Returns null if there is no error. */
export const errorOrNull = (error: Error | null): FarthingError | null =>
  error === null ? null : farthingErrorOf(error);

interface Query<Data> extends Pick<UseQueryResult<Data>, "error" | "isFetching"> {
  readonly data: Data | undefined;
  readonly refetch: () => unknown;
}

/**
 * Returns the state of a query, as the hooks describe it.
 * @param userId the user of the `FarthingProvider`
 */
export function readingOf<Data>(
  userId: string | null | undefined,
  { data, error, isFetching, refetch }: Query<Data>,
): Reading<Data> {
  if (userId === null || isSignedOut(error)) return { status: "signed_out" };
  if (userId === undefined) return { status: "loading" };
  if (error !== null) {
    if (isFetching && data === undefined) return { status: "loading" };
    const retry = () => void refetch();
    return { status: "unknown", error: farthingErrorOf(error), last: data, retry };
  }
  return data === undefined ? { status: "loading" } : { status: "ready", data };
}
