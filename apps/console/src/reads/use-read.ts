import { useQuery } from "@tanstack/react-query";
import { FarthingError, type Input, type PathOf, type Result } from "@farthing/client";
import { farthingKey, type Reading, useFarthing, useUserId } from "@farthing/react";

/** A page says after this time that a figure is unknown. */
export const READ_MS = 20_000;

/** The options of every query: the client repeats calls by itself. */
export const ONCE = { retry: false, networkMode: "always" } as const;

interface ReadOptions {
  /** Reads again after this time, while the page is visible. */
  readonly everyMs?: number;
  /** False until it is known what to read. */
  readonly enabled?: boolean;
}

const isSignedOut = (error: unknown): boolean =>
  error instanceof FarthingError && error.status === 401;

interface Answer<Data> {
  readonly data: Data | undefined;
  readonly error: Error | null;
  readonly isFetching: boolean;
  readonly refetch: () => unknown;
}

/** Returns what is known: a reading that failed is unknown, and never an empty one. */
export function readingOf<Data>({ data, error, isFetching, refetch }: Answer<Data>): Reading<Data> {
  if (isSignedOut(error)) return { status: "signed_out" };
  if (error !== null && !(isFetching && data === undefined)) {
    return { status: "unknown", error, last: data, retry: () => void refetch() };
  }
  return data === undefined ? { status: "loading" } : { status: "ready", data };
}

/** Reads a route for the person who is signed in. */
export function useRead<P extends PathOf<"get">>(
  path: P,
  input: Input<"get", P>,
  { everyMs, enabled = true }: ReadOptions = {},
): Reading<Result<"get", P>> {
  const farthing = useFarthing();
  const userId = useUserId() ?? "";
  const query = useQuery({
    ...ONCE,
    queryKey: [...farthingKey(userId), "read", path, input],
    queryFn: ({ signal }) =>
      farthing.read(path, input, { signal, timeoutMs: READ_MS, signedInAs: userId }),
    refetchInterval: everyMs ?? false,
    enabled,
  });
  return readingOf(query);
}
