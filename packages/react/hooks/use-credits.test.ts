import { deepEqual, equal } from "node:assert/strict";
import { keepPreviousData } from "@tanstack/react-query";
import { type CurrentBalance, type EndedOrder, FarthingError, type Order } from "@farthing/client";
import { act, fake, newQueries, visit, waitFor, withHook } from "../testing/page.tsx";
import { useBuy } from "./use-buy.ts";
import { useCredits } from "./use-credits.ts";
import { useEntries } from "./use-entries.ts";

const balance = (available: string) => ({ available, balance: available }) as CurrentBalance;
const order = (status: string) => ({ order_id: "order-1", status }) as Order;
const failure = (code: "network_error" | "unauthenticated", status: number) =>
  new FarthingError({ code, message: code, status, retryable: false });
const both = () => ({ credits: useCredits(), buy: useBuy() });

Deno.test("the balance is loading, and then what the service says", async () => {
  const farthing = fake({ credits: { get: () => Promise.resolve(balance("12.5")) } });
  await withHook(useCredits, { farthing }, async ({ current }) => {
    deepEqual(current(), { status: "loading", text: "…" });
    await waitFor(() => equal(current().text, "12.5"));
  });
});

Deno.test("a balance that can't be read is unknown, and read again on demand", async () => {
  let answer = () => Promise.reject<CurrentBalance>(failure("network_error", 0));
  const fails = answer;
  const farthing = fake({ credits: { get: () => answer() } });
  await withHook(useCredits, { farthing }, async ({ current, queries }) => {
    const retry = () => {
      const state = current();
      if (state.status === "unknown") state.retry();
    };
    await waitFor(() => equal(current().text, "unknown"));
    answer = () => Promise.resolve(balance("3"));
    act(retry);
    await waitFor(() => equal(current().text, "3"));
    answer = fails;
    await act(() => queries.invalidateQueries());
    await waitFor(() => equal(current().text, "unknown"));
    const state = current();
    equal(state.status === "unknown" && state.last?.available, "3");
  });
});

Deno.test("a balance needs a user, and no user sees the balance of another", async () => {
  let reads = 0;
  const farthing = fake({
    credits: {
      get: () => {
        reads += 1;
        return Promise.resolve(balance(`${reads}`));
      },
    },
  });
  await withHook(useCredits, { farthing, userId: null }, async ({ current, show }) => {
    deepEqual(current(), { status: "signed_out", text: "Sign in required" });
    show("user-1");
    await waitFor(() => equal(current().text, "1"));
    show("user-2");
    equal(current().text, "…");
    await waitFor(() => equal(current().text, "2"));
  });
  await withHook(useCredits, { farthing, userId: undefined }, ({ current }) => {
    equal(current().status, "loading");
    return Promise.resolve();
  });
  equal(reads, 2);
});

Deno.test("a refused session reads as signed out", async () => {
  const get = () => Promise.reject(failure("unauthenticated", 401));
  await withHook(useCredits, { farthing: fake({ credits: { get } }) }, async ({ current }) => {
    await waitFor(() => equal(current().text, "Sign in required"));
  });
});

Deno.test("the balance is paying from the checkout until the credits are granted", async () => {
  const ended = Promise.withResolvers<EndedOrder>();
  const opened: string[] = [];
  const farthing = fake({
    credits: { get: () => Promise.resolve(balance("0")) },
    buy: (() => Promise.resolve({ order_id: "order-1", checkout_url: "https://pay" })) as never,
    waitForOrder: ((_: string, { onLook }: { onLook: (order: Order) => void }) => {
      onLook(order("processing"));
      return ended.promise;
    }) as never,
  });
  await withHook(both, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().credits.text, "0"));
    equal(current().buy.status, "idle");
    act(() => current().buy.buy({ package: "starter", open: (url) => opened.push(url) }));
    await waitFor(() => equal(current().credits.text, "paying…"));
    await waitFor(() => equal(current().buy.order?.status, "processing"));
    deepEqual([current().buy.status, opened], ["paying", ["https://pay"]]);
    ended.resolve({ order: order("paid"), credits: balance("9990") });
    await waitFor(() => equal(current().buy.status, "paid"));
    equal(current().credits.text, "9990");
  });
});

Deno.test("a paid order does not become paying when everything is read again", async () => {
  visit("https://app.test/shop?farthing_order=order-1");
  const again = Promise.withResolvers<EndedOrder>();
  const answers = [{ order: order("paid"), credits: balance("9990") }, again.promise];
  const farthing = fake({
    credits: { get: () => Promise.resolve(balance("9990")) },
    waitForOrder: ((_: string, { onLook }: { onLook: (order: Order) => void }) => {
      onLook(order("paid"));
      return Promise.resolve(answers.shift());
    }) as never,
  });
  await withHook(both, { farthing }, async ({ current, queries }) => {
    await waitFor(() => equal(current().buy.status, "paid"));
    equal(current().credits.text, "9990");
    act(() => void queries.invalidateQueries());
    await waitFor(() => equal(answers.length, 0));
    deepEqual([current().buy.status, current().credits.text], ["paid", "9990"]);
    again.resolve({ order: order("paid"), credits: balance("9980") });
    await waitFor(() => equal(current().credits.text, "9980"));
  });
});

Deno.test("a page that is opened by the buyer's return follows the order", async () => {
  visit("https://app.test/shop?tab=2&farthing_order=order-1");
  const ended = Promise.withResolvers<EndedOrder>();
  let reads = 0;
  const farthing = fake({
    credits: { get: () => Promise.resolve(balance(`${reads++}`)) },
    waitForOrder: (() => ended.promise) as never,
  });
  await withHook(both, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().buy.status, "paying"));
    equal(current().credits.text, "paying…");
    ended.resolve({ order: order("paid"), credits: null });
    await waitFor(() => equal(current().buy.status, "paid"));
    await waitFor(() => equal(current().credits.status, "ready"));
    equal(globalThis.location.href, "https://app.test/shop?tab=2");
  });
});

Deno.test("an order that can't be followed is unknown, and the balance is read", async () => {
  visit("https://app.test/shop?farthing_order=order-1");
  const answers = [
    () => Promise.reject(failure("network_error", 0)),
    () => Promise.resolve({ order: order("expired"), credits: balance("1") }),
  ];
  const farthing = fake({
    credits: { get: () => Promise.resolve(balance("1")) },
    waitForOrder: (() => answers.shift()!()) as never,
  });
  await withHook(both, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().buy.status, "unknown"));
    await waitFor(() => equal(current().credits.text, "1"));
    act(() => current().buy.retry());
    await waitFor(() => equal(current().buy.status, "expired"));
    act(() => current().buy.reset());
    equal(current().buy.status, "idle");
  });
});

Deno.test("a refused checkout is an error that can be dismissed", async () => {
  visit("https://app.test/shop");
  const farthing = fake({
    credits: { get: () => Promise.resolve(balance("1")) },
    buy: (() => Promise.reject(failure("network_error", 0))) as never,
  });
  await withHook(both, { farthing }, async ({ current }) => {
    act(() => current().buy.buy({ package: "starter" }));
    await waitFor(() => equal(current().buy.status, "error"));
    equal(current().buy.error?.message, "network_error");
    act(() => current().buy.reset());
    await waitFor(() => equal(current().buy.status, "idle"));
  });
});

Deno.test("the app's defaults can neither show one user's balance to another nor throw", async () => {
  const asked: (string | undefined)[] = [];
  const answers = [Promise.resolve(balance("1")), new Promise<CurrentBalance>(() => {})];
  const get = ({ signedInAs }: { signedInAs?: string | undefined } = {}) => {
    asked.push(signedInAs);
    return asked.at(-1) === "user-3"
      ? Promise.reject(failure("network_error", 0))
      : answers[asked.at(-1) === "user-1" ? 0 : 1]!;
  };
  const queries = newQueries();
  const defaults = { placeholderData: keepPreviousData, throwOnError: true, retry: 3 };
  queries.setDefaultOptions({ queries: { ...defaults, gcTime: Infinity } });
  const farthing = fake({ credits: { get } });
  await withHook(useCredits, { farthing, queries }, async ({ current, show }) => {
    await waitFor(() => equal(current().text, "1"));
    show("user-2");
    equal(current().text, "…");
    show("user-3");
    await waitFor(() => equal(current().text, "unknown"));
  });
  deepEqual([...new Set(asked)], ["user-1", "user-2", "user-3"]);
});

Deno.test("held credits are read again until they are settled, and the entries with them", async () => {
  const held = { available: "90", balance: "100", held: "10" } as CurrentBalance;
  const settled = { available: "93", balance: "93", held: "0" } as CurrentBalance;
  let isSettled = false;
  const entries = () => ({ items: [{ id: isSettled ? "charge" : "grant" }], nextCursor: null });
  const farthing = fake({
    credits: { get: () => Promise.resolve(isSettled ? settled : held) },
    page: (() => Promise.resolve(entries())) as never,
  });
  const hooks = () => ({ credits: useCredits(), entries: useEntries() });
  await withHook(hooks, { farthing }, async ({ current }) => {
    const shown = () => {
      const { credits, entries } = current();
      return [credits.text, entries.status === "ready" && entries.data[0]?.id];
    };
    await waitFor(() => deepEqual(shown(), ["90", "grant"]));
    isSettled = true;
    await waitFor(() => deepEqual(shown(), ["93", "charge"]), { timeout: 5_000 });
  });
});

Deno.test("an ended order stays ended when everything is read again", async () => {
  visit("https://app.test/shop?farthing_order=order-1");
  let answer = () => Promise.resolve({ order: order("paid"), credits: balance("9990") });
  const farthing = fake({
    credits: { get: () => Promise.resolve(balance("9990")) },
    waitForOrder: (() => answer()) as never,
  });
  await withHook(both, { farthing }, async ({ current, queries }) => {
    await waitFor(() =>
      deepEqual([current().buy.status, current().credits.text], ["paid", "9990"])
    );
    const slow = Promise.withResolvers<EndedOrder>();
    answer = () => slow.promise as ReturnType<typeof answer>;
    act(() => void queries.invalidateQueries());
    await waitFor(() => equal(queries.isFetching(), 1));
    deepEqual([current().buy.status, current().credits.text], ["paid", "9990"]);
    slow.reject(failure("network_error", 0));
    await waitFor(() => equal(queries.isFetching(), 0));
    deepEqual([current().buy.status, current().buy.error], ["paid", null]);
  });
});
