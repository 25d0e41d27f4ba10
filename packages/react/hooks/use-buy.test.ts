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
    const successUrl = `${page}&farthing_order={ORDER_ID}`;
    deepEqual(sent, ["starter", { successUrl, cancelUrl: page, currency: "eur" }]);
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
