import { useQuery } from "@tanstack/react-query";
import type { Input, PathOf, Result } from "@farthing/client";
import { farthingKey, type Reading, readingOf, useFarthing, useUserId } from "@farthing/react";

/** A page says after this time that a figure is unknown. */
export const READ_MS = 20_000;

/** The options of every query: the client repeats calls by itself. */
export const ONCE = { retry: false, networkMode: "always" } as const;

/**
 * Each read of a customer by an operator is recorded, as a look at that customer. So a window that
 * gets the focus reads again only what says so, and the record has the looks of people alone.
 */
export interface FocusOptions {
  /** Whether the focus of the window reads again. Only for what shows no other person's data. */
  readonly readsOnFocus?: boolean;
}

interface ReadOptions extends FocusOptions {
  /** Reads again after this time, while the page is visible. The focus then reads again, too. */
  readonly everyMs?: number;
  /** False until it is known what to read. */
  readonly enabled?: boolean;
}

/** Reads a route for the person who is signed in. */
export function useRead<P extends PathOf<"get">>(
  path: P,
  input: Input<"get", P>,
  { everyMs, readsOnFocus = everyMs !== undefined, enabled = true }: ReadOptions = {},
): Reading<Result<"get", P>> {
  const farthing = useFarthing();
  const userId = useUserId() ?? "";
  const query = useQuery({
    ...ONCE,
    queryKey: [...farthingKey(userId), "read", path, input],
    queryFn: ({ signal }) =>
      farthing.read(path, input, { signal, timeoutMs: READ_MS, signedInAs: userId }),
    refetchInterval: everyMs ?? false,
    refetchOnWindowFocus: readsOnFocus,
    enabled,
  });
  return readingOf(userId, query);
}
