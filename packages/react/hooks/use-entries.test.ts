import { deepEqual, equal } from "node:assert/strict";
import { focusManager } from "@tanstack/react-query";
import { type Entry, FarthingError, type Page } from "@farthing/client";
import { act, fake, waitFor, withHook } from "../testing/page.tsx";
import { useEntries } from "./use-entries.ts";

const entry = (seq: number) => ({ id: `entry-${seq}`, seq }) as Entry;
const error = new FarthingError({
  code: "network_error",
  message: "No answer.",
  status: 0,
  retryable: true,
});

interface Asked {
  readonly query: { readonly cursor?: string; readonly kind?: string };
}

/**
 * Makes a client that returns the page whose name is the request's cursor. For a request without a
 * cursor, it returns the page `first`.
 */
function paged(pages: Readonly<Record<string, () => Promise<Page<Entry>>>>) {
  const page = (_: string, { query }: Asked) => pages[query.cursor ?? "first"]!();
  const entriesCsv = () => Promise.resolve("seq\n2\n1\n");
  return fake({ page: page as never, credits: { entriesCsv } });
}

Deno.test("the history is read page by page, and as CSV", async () => {
  const farthing = paged({
    first: () => Promise.resolve({ items: [entry(2)], nextCursor: "next" }),
    next: () => Promise.resolve({ items: [entry(1)], nextCursor: null }),
  });
  await withHook(() => useEntries({ kind: "usage" }), { farthing }, async ({ current }) => {
    equal(current().status, "loading");
    await waitFor(() => equal(current().status, "ready"));
    equal(current().hasMore, true);
    act(() => current().loadMore());
    await waitFor(() => equal(current().hasMore, false));
    const state = current();
    deepEqual(state.status === "ready" && state.data.map(({ seq }) => seq), [2, 1]);
    equal(await current().csv(), "seq\n2\n1\n");
  });
});

Deno.test("an empty history is ready, and has no more", async () => {
  const farthing = paged({ first: () => Promise.resolve({ items: [], nextCursor: null }) });
  await withHook(useEntries, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().status, "ready"));
    const state = current();
    deepEqual([state.status === "ready" && state.data, state.hasMore], [[], false]);
  });
});

Deno.test("a page that can't be read leaves the others, and is read again on demand", async () => {
  const answers = [
    () => Promise.reject(error),
    () => Promise.resolve({ items: [entry(1)], nextCursor: null }),
  ];
  const farthing = paged({
    first: () => Promise.resolve({ items: [entry(2)], nextCursor: "next" }),
    next: () => answers.shift()!(),
  });
  await withHook(useEntries, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().hasMore, true));
    act(() => current().loadMore());
    await waitFor(() => equal(current().status, "unknown"));
    const state = current();
    if (state.status !== "unknown") throw new Error(state.status);
    deepEqual([state.error, state.last?.length], [error, 1]);
    act(() => state.retry());
    await waitFor(() => equal(current().status, "ready"));
    equal(current().hasMore, false);
  });
});

Deno.test("a history needs a user", async () => {
  await withHook(useEntries, { farthing: fake({}), userId: null }, ({ current }) => {
    equal(current().status, "signed_out");
    return Promise.resolve();
  });
});

Deno.test("when the window gets the focus, one page is read again, but not a long history", async () => {
  let reads = 0;
  const read = (nextCursor: string | null) => () => {
    reads += 1;
    return Promise.resolve({ items: [entry(reads)], nextCursor });
  };
  const farthing = paged({ first: read("next"), next: read(null) });
  const focus = async () => {
    await act(() => {
      focusManager.setFocused(false);
      focusManager.setFocused(true);
    });
  };
  try {
    await withHook(useEntries, { farthing }, async ({ current, queries }) => {
      await waitFor(() => equal(current().hasMore, true));
      const first = reads;
      await focus();
      await waitFor(() => equal(reads, first + 1));
      await waitFor(() => equal(queries.isFetching(), 0));
      act(() => current().loadMore());
      await waitFor(() => equal(current().hasMore, false));
      const all = reads;
      await focus();
      equal(queries.isFetching(), 0);
      equal(reads, all);
    });
  } finally {
    focusManager.setFocused(undefined);
  }
});
