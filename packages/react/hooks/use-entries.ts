/** The user's ledger entries, page by page. */
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { EntriesFilter, Entry } from "@farthing/client";
import { useFarthingContext } from "../core/context.tsx";
import { entriesQuery } from "../core/queries.ts";
import { type Reading, readingOf } from "../core/reading-state.ts";

/** The entries that have been read, the newest first. */
export type EntriesState = Reading<Entry[]> & {
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  /** Returns all entries that match the filter as CSV. */
  readonly csv: () => Promise<string>;
};

/**
 * Reads the ledger entries of the signed-in user. If there are none, the status is `ready`, too.
 */
export function useEntries(filter: EntriesFilter = {}): EntriesState {
  const { farthing, userId } = useFarthingContext();
  const options = entriesQuery(farthing, userId ?? "", filter);
  const query = useInfiniteQuery({ ...options, enabled: typeof userId === "string" });
  const { isFetchNextPageError, fetchNextPage, refetch, hasNextPage } = query;
  const reading = readingOf(userId, {
    data: query.data?.pages.flatMap(({ items }) => items),
    error: query.error,
    isFetching: query.isFetching,
    refetch: () => isFetchNextPageError ? fetchNextPage() : refetch(),
  });
  return {
    ...reading,
    hasMore: hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => {
      if (hasNextPage && !query.isFetching) void fetchNextPage();
    },
    csv: () => farthing.credits.entriesCsv(filter, { signedInAs: userId ?? undefined }),
  };
}
