import { deepEqual, equal } from "node:assert/strict";
import { type EndedOrder, FarthingError, type Order } from "@farthing/client";
import { act, fake, newQueries, visit, waitFor, withHook } from "../testing/page.tsx";
import { useBuy } from "./use-buy.ts";

const order = (status: string) => ({ order_id: "order-1", status }) as Order;

Deno.test("the page leaves for the checkout, and is idle if the buyer goes back", async () => {
  visit("https://app.test/shop?tab=2#plans");
  const sent: unknown[] = [];
  const buy = (slug: string, options: object) => {
    sent.push(slug, options);
    return Promise.resolve({
      order_id: "order-1",
      checkout_url: "https://app.test/shop?tab=2#pay",
    });
  };
  await withHook(useBuy, { farthing: fake({ buy: buy as never }) }, async ({ current }) => {
    act(() => current().buy({ package: "starter", currency: "eur" }));
    equal(current().status, "idle");
    await waitFor(() => equal(current().status, "leaving"));
    await waitFor(() => equal(globalThis.location.hash, "#pay"));
    const page = "https://app.test/shop?tab=2";
    deepEqual(sent, ["starter", {
      successUrl: `${page}&farthing_order={ORDER_ID}#plans`,
      cancelUrl: `${page}#plans`,
      currency: "eur",
      signedInAs: "user-1",
    }]);
    act(() => {
      globalThis.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    });
    await waitFor(() => equal(current().status, "idle"));
  });
});

Deno.test("an order that was open when the page was left is followed again", async () => {
  visit("https://app.test/shop?farthing_order=order-1");
  let isPaid = false;
  const waitForOrder = (
    _: string,
    { onLook }: { onLook: (order: Order) => void },
  ): Promise<EndedOrder> => {
    if (isPaid) return Promise.resolve({ order: order("paid"), credits: null });
    onLook(order("pending"));
    return new Promise(() => {});
  };
  const given = {
    farthing: fake({ waitForOrder: waitForOrder as never }),
    queries: newQueries(),
  };
  await withHook(
    useBuy,
    given,
    ({ current }) => waitFor(() => equal(current().order?.status, "pending")),
  );
  isPaid = true;
  await withHook(useBuy, given, async ({ current }) => {
    await waitFor(() => equal(current().status, "paid"));
    equal(globalThis.location.href, "https://app.test/shop");
  });
});

Deno.test("an order that ends unpaid says so, and a refused session is signed out", async () => {
  visit("https://app.test/shop?farthing_order=order-1");
  const expired = { order: order("expired"), credits: null };
  const waitForOrder = () => Promise.resolve(expired);
  const facts = { code: "unauthenticated", message: "Sign in.", status: 401 } as const;
  const buy = () => Promise.reject(new FarthingError({ ...facts, retryable: false }));
  const farthing = fake({ waitForOrder: waitForOrder as never, buy: buy as never });
  await withHook(useBuy, { farthing }, async ({ current }) => {
    await waitFor(() => equal(current().status, "expired"));
    act(() => current().buy({ package: "starter" }));
    await waitFor(() => equal(current().status, "signed_out"));
  });
});

/** A shop that opens its checkout when the test calls `open`, and records the requests. */
function slowShop() {
  const opened = Promise.withResolvers<object>();
  const sent: string[] = [];
  const buy = (slug: string) => {
    sent.push(slug);
    return opened.promise;
  };
  const checkout = { order_id: "order-1", checkout_url: "https://app.test/shop#pay" };
  return {
    farthing: fake({ buy: buy as never }),
    sent,
    open: () => act(() => opened.resolve(checkout)),
    refuse: (error: Error) => act(() => opened.reject(error)),
  };
}

Deno.test("two clicks in one moment open one checkout", async () => {
  visit("https://app.test/shop");
  const { farthing, sent, open } = slowShop();
  await withHook(useBuy, { farthing }, async ({ current }) => {
    act(() => {
      current().buy({ package: "starter" });
      current().buy({ package: "starter" });
    });
    await waitFor(() => equal(current().status, "opening"));
    open();
    await waitFor(() => equal(current().status, "leaving"));
    deepEqual(sent, ["starter"]);
    act(() => current().reset());
    act(() => current().buy({ package: "pro" }));
    await waitFor(() => deepEqual(sent, ["starter", "pro"]));
  });
});

Deno.test("a checkout that opens after the user has changed or the page was left is ignored", async () => {
  visit("https://app.test/shop");
  const left = slowShop();
  await withHook(useBuy, { farthing: left.farthing }, async ({ current, show }) => {
    act(() => current().buy({ package: "starter" }));
    await waitFor(() => equal(current().status, "opening"));
    show("user-2");
    await waitFor(() => equal(current().status, "idle"));
    left.open();
    await waitFor(() => equal(current().status, "idle"));
  });
  const removed = slowShop();
  await withHook(useBuy, { farthing: removed.farthing }, async ({ current }) => {
    act(() => current().buy({ package: "starter" }));
    await waitFor(() => equal(current().status, "opening"));
  });
  await removed.open();
  equal(globalThis.location.hash, "");
});

Deno.test("a refused checkout is not shown to another user", async () => {
  visit("https://app.test/shop");
  const { farthing, refuse } = slowShop();
  await withHook(useBuy, { farthing }, async ({ current, show }) => {
    act(() => current().buy({ package: "starter" }));
    refuse(new Error("declined"));
    await waitFor(() => equal(current().status, "error"));
    show("user-2");
    await waitFor(() => deepEqual([current().status, current().error], ["idle", null]));
  });
});

Deno.test("a checkout is requested once, even if the app's defaults ask for retries", async () => {
  visit("https://app.test/shop");
  const { farthing, sent, refuse } = slowShop();
  const queries = newQueries();
  queries.setDefaultOptions({ mutations: { retry: 3, retryDelay: 0, throwOnError: true } });
  await withHook(useBuy, { farthing, queries }, async ({ current }) => {
    act(() => current().buy({ package: "starter" }));
    refuse(new Error("declined"));
    await waitFor(() => equal(current().status, "error"));
    deepEqual(sent, ["starter"]);
  });
});

Deno.test("an order of another user in the address is forgotten", async () => {
  for (const status of [404, 400]) {
    visit("https://app.test/shop?farthing_order=order-2");
    const facts = { code: "not_found", message: "Not found.", status, retryable: false } as const;
    const waitForOrder = () => Promise.reject(new FarthingError(facts));
    const farthing = fake({ waitForOrder: waitForOrder as never });
    await withHook(useBuy, { farthing }, async ({ current }) => {
      await waitFor(() => equal(globalThis.location.href, "https://app.test/shop"));
      deepEqual([current().status, current().error], ["idle", null]);
    });
  }
});

Deno.test("two components show the same order, and one of them is leaving", async () => {
  visit("https://app.test/shop?farthing_order=order-1");
  const paid = { order: order("paid"), credits: null };
  const { farthing: shop, open } = slowShop();
  const farthing = fake({ ...shop, waitForOrder: (() => Promise.resolve(paid)) as never });
  await withHook(() => [useBuy(), useBuy()] as const, { farthing }, async ({ current }) => {
    const states = () => current().map(({ status }) => status);
    await waitFor(() => deepEqual(states(), ["paid", "paid"]));
    equal(globalThis.location.href, "https://app.test/shop");
    act(() => current()[0].reset());
    await waitFor(() => deepEqual(states(), ["idle", "idle"]));
    act(() => current()[0].buy({ package: "starter" }));
    await waitFor(() => deepEqual(states(), ["opening", "idle"]));
    open();
    await waitFor(() => deepEqual(states(), ["leaving", "idle"]));
  });
});
