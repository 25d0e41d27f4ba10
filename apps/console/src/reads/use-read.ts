import { useQuery } from "@tanstack/react-query";
import type { Input, PathOf, Result } from "@farthing/client";
import { farthingKey, type Reading, readingOf, useFarthing, useUserId } from "@farthing/react";

/** If a read takes longer than this, the page says that the figure is unknown. */
export const READ_MS = 20_000;

/** The options of every query. A query does not retry, because the client repeats calls itself. */
export const ONCE = { retry: false, networkMode: "always" } as const;

/**
 * The service stores a record of each read of a customer's data by an operator. So a window that
 * gets the focus repeats only the reads with `readsOnFocus`. Otherwise there would be records of
 * reads that no operator asked for.
 */
export interface FocusOptions {
  /**
   * Whether to read again when the window gets the focus. Leave it unset for data of other people.
   */
  readonly readsOnFocus?: boolean;
}

interface ReadOptions extends FocusOptions {
  /**
   * Reads again at this interval while the page is visible. Also reads again when the window gets
   * the focus.
   */
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
