import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Input, PathOf, ReportControl, ReportPolicy, Result } from "@farthing/client";
import { farthingKey, type Reading, readingOf, useFarthing, useUserId } from "@farthing/react";
import { type FocusOptions, ONCE, READ_MS } from "./use-read.ts";

/** The fields of every report. */
export interface Report<Row> {
  readonly from: string;
  readonly to: string;
  readonly as_of: string;
  readonly rows: readonly Row[];
  readonly totals: readonly Partial<Row>[];
  readonly controls: readonly ReportControl[];
  readonly policies: readonly ReportPolicy[];
  readonly formulas: Readonly<Record<string, string>>;
  readonly next_cursor: string | null;
}

/** The paths whose responses have totals and pages of rows, as every report does. */
export type ReportPath = {
  [P in PathOf<"get">]: Result<"get", P> extends { totals: object[]; next_cursor: string | null }
    ? P
    : never;
}[PathOf<"get">];

export type RowOf<P extends ReportPath> = Result<"get", P> extends
  { rows: (infer Row extends object)[] } ? Row : never;

type ReportOf<P extends ReportPath> = Report<RowOf<P>> & Result<"get", P>;

export interface MoreRows {
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  /** Loads all rows that are not loaded yet, at most 1,000 with each call. */
  readonly loadAll: () => void;
}

export interface ReportReading<P extends ReportPath> extends MoreRows {
  /** The report with all rows that were loaded. */
  readonly reading: Reading<ReportOf<P>>;
}

/**
 * Joins the responses for one report. Each response has a page of the rows, and all responses have
 * the same totals and controls.
 */
const joined = <R extends Report<unknown>>(pages: readonly R[]): R => ({
  ...pages[0]!,
  rows: pages.flatMap(({ rows }) => rows),
});

function useReadPage<P extends ReportPath>(path: P, input: Input<"get", P>, userId: string) {
  const farthing = useFarthing();
  return async (cursor: string | null, signal: AbortSignal) => {
    const { query } = input as { query?: object };
    const pageInput = { ...input, query: { ...query, ...cursor !== null && { cursor } } };
    const call = { signal, timeoutMs: READ_MS, signedInAs: userId };
    return await farthing.read(path, pageInput as Input<"get", P>, call) as ReportOf<P>;
  };
}

/**
 * Reads all rows of a report, for figures that would be wrong if they were computed from the first
 * rows only.
 */
export function useWholeReport<P extends ReportPath>(
  path: P,
  input: Input<"get", P>,
  { readsOnFocus = false }: FocusOptions = {},
): Reading<ReportOf<P>> {
  const userId = useUserId() ?? "";
  const readPage = useReadPage(path, input, userId);
  const query = useQuery({
    ...ONCE,
    queryKey: [...farthingKey(userId), "whole report", path, input],
    queryFn: async ({ signal }) => {
      const pages = [await readPage(null, signal)];
      for (let next = pages[0]!.next_cursor; next !== null; next = pages.at(-1)!.next_cursor) {
        pages.push(await readPage(next, signal));
      }
      return joined(pages);
    },
    refetchOnWindowFocus: readsOnFocus,
  });
  return readingOf(userId, query);
}

/** Reads a report, 1,000 rows at a time. */
export function useReport<P extends ReportPath>(
  path: P,
  input: Input<"get", P>,
): ReportReading<P> {
  const userId = useUserId() ?? "";
  const readPage = useReadPage(path, input, userId);
  const query = useInfiniteQuery({
    ...ONCE,
    queryKey: [...farthingKey(userId), "report", path, input],
    initialPageParam: null as string | null,
    queryFn: ({ signal, pageParam }) => readPage(pageParam, signal),
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= 1,
  });
  const { data, error, isFetching, refetch, fetchNextPage } = query;
  const loadAll = async () => {
    // If a page of rows could not be read, the number of pages stays the same, and the loop ends.
    for (let count = 0;;) {
      const { data, hasNextPage } = await fetchNextPage();
      const pages = data?.pages.length ?? 0;
      if (!hasNextPage || pages <= count) return;
      count = pages;
    }
  };
  return {
    reading: readingOf(userId, { data: data && joined(data.pages), error, isFetching, refetch }),
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
    loadAll: () => void loadAll(),
  };
}
