import assert from "node:assert/strict";
import { ApiError } from "../core/errors.ts";
import { returnUrls } from "./return-urls.ts";

const ORIGINS = ["http://localhost:*", "https://app.example.com"];

const success = (success_url: string) => returnUrls({ success_url }, ORIGINS).successUrl;

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
  assert.throws(
    () => returnUrls({}, ["http://localhost:*"]),
    (error) => error instanceof ApiError && error.code === "not_ready",
  );
});
