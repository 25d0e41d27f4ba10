import assert from "node:assert/strict";
import { ApiError } from "../core/errors.ts";
import { checkoutUrls, returnUrls, withReturnUrls } from "./return-urls.ts";

const ORIGINS = ["http://localhost:*", "https://app.example.com"];

const ORDER = "6f1c0a52-3b1e-4c55-9a9d-2f6f2f6f2f6f";

const success = (success_url: string) => checkoutUrls({ success_url }, ORIGINS).successUrl;

const replaced = (url: string) => {
  const urls = { order_id: ORDER, success_url: success(url), cancel_url: "http://localhost" };
  return withReturnUrls(urls, ORIGINS).success_url;
};

Deno.test("any return URL on an allowed origin is accepted unchanged", () => {
  const urls = [
    "https://app.example.com",
    "https://app.example.com/paid?session={CHECKOUT_SESSION_ID}",
    "http://localhost:5173/#/paid",
    "http://localhost?paid",
  ];
  for (const url of urls) assert.equal(success(url), url);
});

Deno.test("a return URL on another origin is refused", () => {
  const urls = [
    ...["https://app.example.com.evil.test", "https://app.example.com@evil.test/", "/paid", ""],
    ...["http://localhost:*/paid", "http://localhost:5173@evil.test", "http://localhost:x/"],
    ...["http://localhost.evil.test", "https://app.example.com\\@evil.test", "HTTP://localhost:1"],
    "https://app.example.com/a b",
  ];
  for (const url of urls) {
    assert.throws(
      () => success(url),
      (error) => error instanceof ApiError && error.body.field === "success_url",
      url,
    );
  }
});

Deno.test("without a return URL the buyer returns to the first origin with a fixed port", () => {
  const { cancelUrl } = returnUrls({}, ORIGINS);
  assert.equal(cancelUrl, "https://app.example.com/checkout/cancel");
  const { cancelUrl: ofOrder } = checkoutUrls({}, ORIGINS);
  assert.equal(ofOrder, "https://app.example.com/checkout/cancel?order_id={ORDER_ID}");
  assert.throws(
    () => returnUrls({}, ["http://localhost:*"]),
    (error) => error instanceof ApiError && error.code === "not_ready",
  );
});

Deno.test("{ORDER_ID} becomes the order's id wherever it is behind the origin", () => {
  const home = "https://app.example.com";
  const cases = [
    ["/{ORDER_ID}", `/${ORDER}`],
    ["/%7BORDER_ID%7D?o=%7bORDER_ID%7d", `/${ORDER}?o=${ORDER}`],
    ["?a={ORDER_ID}&b={ORDER_ID}", `?a=${ORDER}&b=${ORDER}`],
    ["#/paid/{ORDER_ID}", `#/paid/${ORDER}`],
    ["/@{ORDER_ID}", `/@${ORDER}`],
    ["?s={CHECKOUT_SESSION_ID}&o={ORDER_ID}", `?s={CHECKOUT_SESSION_ID}&o=${ORDER}`],
  ];
  for (const [url, expected] of cases) assert.equal(replaced(home + url), home + expected);
  assert.equal(replaced("http://localhost:5173?{ORDER_ID}"), `http://localhost:5173?${ORDER}`);
  assert.equal(replaced(new URL("/paid/{ORDER_ID}", home).href), `${home}/paid/${ORDER}`);
});

Deno.test("another spelling of {ORDER_ID} is left as it is", () => {
  for (
    const text of ["{order_id}", "ORDER_ID", "{{ORDER_ID", "%257BORDER_ID%257D", "{ORDER_IDS}"]
  ) {
    const url = `https://app.example.com/${text}`;
    assert.equal(replaced(url), url);
  }
});

Deno.test("a URL that is too long with the order's id is refused before there is an order", () => {
  const longest = `https://app.example.com/${"{ORDER_ID}".repeat(56)}`;
  assert.equal(replaced(longest).length, 24 + 56 * 36);
  assert.throws(
    () => success(`${longest}{ORDER_ID}`),
    (error) => error instanceof ApiError && error.body.field === "success_url",
  );
});

Deno.test("an order's return URL whose origin is no longer allowed is refused", () => {
  const order = { order_id: ORDER, success_url: success("http://localhost/{ORDER_ID}") };
  const urls = { ...order, cancel_url: "http://localhost" };
  assert.throws(
    () => withReturnUrls(urls, ["https://app.example.com"]),
    (error) => error instanceof ApiError && error.body.field === "success_url",
  );
});

Deno.test("the page after saving a card has no order, so {ORDER_ID} is refused", () => {
  for (const text of ["{ORDER_ID}", "%7BORDER_ID%7D"]) {
    assert.throws(
      () => returnUrls({ cancel_url: `https://app.example.com/${text}` }, ORIGINS),
      (error) => error instanceof ApiError && error.body.field === "cancel_url",
    );
  }
});
