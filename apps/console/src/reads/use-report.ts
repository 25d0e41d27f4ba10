import { useInfiniteQuery } from "@tanstack/react-query";
import type { Input, PathOf, ReportControl, ReportPolicy, Result } from "@farthing/client";
import { farthingKey, type Reading, readingOf, useFarthing, useUserId } from "@farthing/react";
import { ONCE, READ_MS } from "./use-read.ts";

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

/** The paths of reports. */
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
}

export interface ReportReading<P extends ReportPath> extends MoreRows {
  /** The report with the rows of all pages that were read. */
  readonly reading: Reading<ReportOf<P>>;
}

/** Joins the pages of a report: all of them have the same totals and controls. */
const joined = <R extends Report<unknown>>(pages: readonly R[]): R => ({
  ...pages[0]!,
  rows: pages.flatMap(({ rows }) => rows),
});

/** Reads a report, 1,000 rows at a time. */
export function useReport<P extends ReportPath>(
  path: P,
  input: Input<"get", P>,
): ReportReading<P> {
  const farthing = useFarthing();
  const userId = useUserId() ?? "";
  const query = useInfiniteQuery({
    ...ONCE,
    queryKey: [...farthingKey(userId), "report", path, input],
    initialPageParam: null as string | null,
    queryFn: async ({ signal, pageParam }) => {
      const { query } = input as { query?: object };
      const cursor = pageParam === null ? {} : { cursor: pageParam };
      const pageInput = { ...input, query: { ...query, ...cursor } } as Input<"get", P>;
      const call = { signal, timeoutMs: READ_MS, signedInAs: userId };
      return await farthing.read(path, pageInput, call) as ReportOf<P>;
    },
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= 1,
  });
  const { data, error, isFetching, refetch } = query;
  return {
    reading: readingOf(userId, { data: data && joined(data.pages), error, isFetching, refetch }),
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}
