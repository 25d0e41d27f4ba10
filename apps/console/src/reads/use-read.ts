import { useQuery } from "@tanstack/react-query";
import type { Input, PathOf, Result } from "@farthing/client";
import { farthingKey, type Reading, readingOf, useFarthing, useUserId } from "@farthing/react";

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
  return readingOf(userId, query);
}
