import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import type { Input, ItemOf, ListPath, Page } from "@farthing/client";
import { farthingKey, type Reading, readingOf, useFarthing, useUserId } from "@farthing/react";
import { type FocusOptions, ONCE, READ_MS } from "./use-read.ts";

export interface List<Item> {
  readonly reading: Reading<readonly Item[]>;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
}

const itemsOf = <Item>({ pages }: InfiniteData<Page<Item>>): readonly Item[] =>
  pages.flatMap(({ items }) => items);

/** Reads a list of the API. Each call to the API returns one page of its items. */
export function useList<P extends ListPath>(
  path: P,
  input: Input<"get", P>,
  { readsOnFocus = false }: FocusOptions = {},
): List<ItemOf<P>> {
  const farthing = useFarthing();
  const userId = useUserId() ?? "";
  const query = useInfiniteQuery({
    ...ONCE,
    queryKey: [...farthingKey(userId), "list", path, input],
    initialPageParam: null as string | null,
    queryFn: ({ signal, pageParam }) => {
      const { query } = input as { query?: Record<string, unknown> };
      const pageInput = {
        ...input,
        query: { ...query, ...pageParam !== null && { cursor: pageParam } },
      };
      const call = { signal, timeoutMs: READ_MS, signedInAs: userId };
      return farthing.page(path, pageInput as Input<"get", P>, call);
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchOnWindowFocus: ({ state }) => readsOnFocus && (state.data?.pages.length ?? 0) <= 1,
  });
  const { data, error, isFetching, refetch } = query;
  return {
    reading: readingOf(userId, { data: data && itemsOf(data), error, isFetching, refetch }),
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}
