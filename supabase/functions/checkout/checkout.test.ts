import assert from "node:assert/strict";
import { Checkout } from "../_shared/contracts/checkout.ts";
import type { CheckoutOrder } from "../_shared/contracts/database/results/checkout.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { OrderKeySpent } from "../_shared/adapters/stripe/error-classes.ts";
import { makeFake, ORIGIN, OTHER_ORIGIN } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { ORDER_ID, SAMPLES } from "#support/samples/database.ts";
import { send } from "#support/cases/routes.ts";

const KEY = { "idempotency-key": "key-1" };
const BODY = { package_id: "starter" };

function post(fake: Awaited<ReturnType<typeof makeFake>>, body: Record<string, unknown> = BODY) {
  return send(fake, "POST", "/checkout", { as: "user", headers: KEY, body });
}

Deno.test("a checkout opens a session for the order and stores it under the same key", async () => {
  const orders: CheckoutOrder[] = [];
  const openSession = (order: CheckoutOrder) => {
    orders.push(order);
    return Promise.resolve({ id: "cs_7", url: "https://checkout.example.com/7" });
  };
  const fake = await makeFake({ payments: { openSession } });
  const answer = await post(fake, { ...BODY, client_temp_id: "tmp-1" });
  assert.equal(answer.status, 201, await answer.clone().text());
  assert.equal((await answer.json()).data.order_id, ORDER_ID);
  assert.equal(orders[0]?.order_id, ORDER_ID);
  const [begin, attach] = fake.calls;
  assert.equal(begin?.args.p_user_id, USER_ID);
  assert.equal(begin?.args.p_client_temp_id, "tmp-1");
  assert.deepEqual(attach?.args, {
    p_order_id: ORDER_ID,
    p_session_id: "cs_7",
    p_session_url: "https://checkout.example.com/7",
    p_idempotency_key: begin?.args.p_idempotency_key,
  });
});

Deno.test("an open session is answered again without asking Stripe", async () => {
  const { data } = SAMPLES.checkout_attach({} as never);
  for (const step of ["replay", "reuse"] as const) {
    const openSession = () => Promise.reject(new Error("Stripe was asked"));
    const fake = await makeFake({
      answers: { checkout_begin: () => ({ step, status: 201, data }) },
      payments: { openSession },
    });
    const answer = await post(fake);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.has("idempotency-replayed"), step === "replay");
    assert.deepEqual((await answer.json()).data, data);
    assert.deepEqual(fake.names(), ["checkout_begin"]);
  }
});

Deno.test("a failure at Stripe frees the key, and the caller may try again", async () => {
  const openSession = () => Promise.reject(new ApiError("upstream_unavailable", { status: 502 }));
  const fake = await makeFake({ payments: { openSession } });
  const answer = await post(fake);
  assert.equal(answer.status, 502);
  assert.equal((await answer.json()).error.retryable, true);
  assert.deepEqual(fake.names(), ["checkout_begin", "checkout_abandon"]);
  const [begin, abandon] = fake.calls;
  assert.equal(abandon?.args.p_idempotency_key, begin?.args.p_idempotency_key);
  assert.equal(abandon?.args.p_order_id, undefined);
});

Deno.test("an error that Stripe stores frees the key and ends the order", async () => {
  const openSession = () =>
    Promise.reject(new OrderKeySpent("upstream_unavailable", { status: 502 }));
  const fake = await makeFake({ payments: { openSession } });
  const answer = await post(fake);
  assert.equal(answer.status, 502);
  assert.equal((await answer.json()).error.code, "upstream_unavailable");
  const [begin, abandon] = fake.calls;
  assert.deepEqual(abandon?.args, {
    p_idempotency_key: begin?.args.p_idempotency_key,
    p_order_id: ORDER_ID,
  });
});

Deno.test("a checkout whose session another request is opening gets 409 and frees the key", async () => {
  const error = new ApiError("idempotency_in_progress", { retryAfterSeconds: 1 });
  const fake = await makeFake({ payments: { openSession: () => Promise.reject(error) } });
  const answer = await post(fake);
  assert.equal(answer.status, 409);
  assert.equal(answer.headers.get("retry-after"), "1");
  assert.equal((await answer.json()).error.retryable, true);
  assert.deepEqual(fake.names(), ["checkout_begin", "checkout_abandon"]);
  assert.equal(fake.calls[1]?.args.p_order_id, undefined);
});

Deno.test("a buyer who pays before the answer is sent gets the order's current state", async () => {
  const { data } = SAMPLES.checkout_attach({} as never);
  for (const status of ["paid", "processing"] as const) {
    const paid = { ...data, status };
    const fake = await makeFake({
      answers: { checkout_attach: () => ({ status: 201, data: paid }) },
    });
    const answer = await post(fake);
    assert.equal(answer.status, 201);
    assert.deepEqual(Checkout.parse((await answer.json()).data), paid);
  }
});

Deno.test("a session that could not be stored frees the key for a retry", async () => {
  const answers = { checkout_attach: () => Promise.reject(new ApiError("upstream_unavailable")) };
  const fake = await makeFake({ answers });
  assert.equal((await post(fake)).status, 503);
  assert.deepEqual(fake.names(), ["checkout_begin", "checkout_attach", "checkout_abandon"]);
});

Deno.test("a key that cannot be freed does not change the answer", async () => {
  const fake = await makeFake({
    answers: { checkout_abandon: () => Promise.reject(new Error("gone")) },
    payments: { openSession: () => Promise.reject(new ApiError("upstream_unavailable")) },
  });
  assert.equal((await post(fake)).status, 503);
  assert(fake.lines.some(({ level }) => level === "warn"));
});

Deno.test("a checkout without a configured Stripe gets 503 and frees the key", async () => {
  const payments = () => {
    throw new ApiError("not_ready");
  };
  const fake = await makeFake({ overrides: { payments } });
  assert.equal((await post(fake)).status, 503);
  assert.deepEqual(fake.names(), ["checkout_begin", "checkout_abandon"]);
});

Deno.test("an unknown package is refused, and the refusal is stored for repeats", async () => {
  const error = new ApiError("unknown_package", { field: "package_id" });
  const fake = await makeFake({ answers: { checkout_begin: () => Promise.reject(error) } });
  const answer = await post(fake);
  assert.equal(answer.status, 422);
  assert.equal((await answer.json()).error.field, "package_id");
  assert.deepEqual(fake.names(), ["checkout_begin", "idempotency_store"]);
});

Deno.test("without return URLs the buyer returns to the first allowed origin", async () => {
  const fake = await makeFake();
  await (await post(fake)).text();
  const { p_success_url, p_cancel_url } = fake.calls[0]!.args;
  const success = `${ORIGIN}/checkout/success?session_id={CHECKOUT_SESSION_ID}`;
  assert.equal(p_success_url, `${success}&order_id={ORDER_ID}`);
  assert.equal(p_cancel_url, `${ORIGIN}/checkout/cancel?order_id={ORDER_ID}`);
});

Deno.test("return URLs on allowed origins are passed on unchanged", async () => {
  const success_url = `${OTHER_ORIGIN}/done?s={CHECKOUT_SESSION_ID}&a=b#top`;
  for (const rest of ["", "/", "/a/b@c", "?a=b", "#top"]) {
    const fake = await makeFake();
    const cancel_url = `${ORIGIN}${rest}`;
    const answer = await post(fake, { ...BODY, success_url, cancel_url });
    assert.equal(answer.status, 201, await answer.text());
    assert.equal(fake.calls[0]?.args.p_success_url, success_url);
    assert.equal(fake.calls[0]?.args.p_cancel_url, cancel_url);
  }
});

Deno.test("the session's return URLs have the order's id, and the order stores the placeholder", async () => {
  const orders: CheckoutOrder[] = [];
  const openSession = (order: CheckoutOrder) => {
    orders.push(order);
    return Promise.resolve({ id: "cs_7", url: "https://checkout.example.com/7" });
  };
  const success_url = `${ORIGIN}/orders/%7BORDER_ID%7D?s={CHECKOUT_SESSION_ID}`;
  const cancel_url = `${ORIGIN}/#/{ORDER_ID}`;
  const fake = await makeFake({ payments: { openSession } });
  assert.equal((await post(fake, { ...BODY, success_url, cancel_url })).status, 201);
  assert.equal(fake.calls[0]?.args.p_success_url, success_url);
  assert.deepEqual([orders[0]?.success_url, orders[0]?.cancel_url], [
    `${ORIGIN}/orders/${ORDER_ID}?s={CHECKOUT_SESSION_ID}`,
    `${ORIGIN}/#/${ORDER_ID}`,
  ]);
});

Deno.test("an open order whose origin is no longer allowed ends without a session", async () => {
  const { order } = SAMPLES.checkout_begin({ p_cancel_url: `${ORIGIN}/` } as never) as never;
  const old = { ...order as CheckoutOrder, success_url: "https://old.example.com/{ORDER_ID}" };
  const fake = await makeFake({
    answers: { checkout_begin: () => ({ step: "create", order: old }) },
    payments: { openSession: () => Promise.reject(new Error("Stripe was asked")) },
  });
  const answer = await post(fake);
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error.field, "success_url");
  assert.equal(fake.calls[1]?.args.p_order_id, ORDER_ID);
});

const FOREIGN = [
  "https://evil.example.com/",
  "https://app.example.com.evil.com/",
  "https://app.example.com@evil.com/",
  "https://user:password@app.example.com/",
  "http://app.example.com/",
  "https://app.example.com:8443/",
  "javascript:alert(1)",
  "data:text/html,x",
  "//app.example.com/",
  "/checkout/success",
  "https://",
  `https://app.example.com/${"x".repeat(2_050)}`,
  // Not all URL parsers read the following texts in the same way, so the texts are refused.
  "https://app.example.com\\@evil.com/x",
  "https://app.example.com/\\evil.com",
  "https://app.example.com:443/",
  "https://:@app.example.com/",
  "https:///app.example.com/x",
  "https:app.example.com/x",
  "HTTPS://APP.EXAMPLE.COM/",
  "https://\u24d0pp.example.com/",
  "https://app.example.com.",
  "https://app.example.com\t/",
  " https://app.example.com/",
  "https://app.example.com/\n",
  "https://app.example.com/a b",
  "https://app.example.com/\u0085",
  // {ORDER_ID} is replaced only in the part of a URL after the origin, so a URL with {ORDER_ID} in
  // its origin is refused.
  "https://{ORDER_ID}.example.com/",
  "https://app.example.com.{ORDER_ID}/",
  "https://app.example.com{ORDER_ID}",
  "https://{ORDER_ID}@app.example.com/",
  "https://%7BORDER_ID%7D:x@app.example.com/",
  "https://app.example.com:{ORDER_ID}/",
  "{ORDER_ID}://app.example.com/",
  "{ORDER_ID}",
  `https://app.example.com/${"{ORDER_ID}".repeat(60)}`,
];

for (const url of FOREIGN) {
  Deno.test(`the return URL ${url.slice(0, 50)} is refused with its field`, async () => {
    for (const field of ["success_url", "cancel_url"]) {
      const fake = await makeFake();
      const answer = await post(fake, { ...BODY, [field]: url });
      assert.equal(answer.status, 400);
      assert.equal((await answer.json()).error.field, field);
      assert.deepEqual(fake.names(), []);
    }
  });
}

Deno.test("a checkout without an allowed origin gets 503", async () => {
  const fake = await makeFake({ overrides: { origins: [] } });
  assert.equal((await post(fake)).status, 503);
  assert.deepEqual(fake.names(), []);
});

Deno.test("orders are listed from a cursor", async () => {
  const fake = await makeFake();
  const path = `/checkout/orders?limit=1&cursor=${ORDER_ID}`;
  const answer = await send(fake, "GET", path, { as: "user" });
  const { data, metadata } = await answer.json();
  assert.equal(data.length, 1);
  assert.equal(metadata.nextCursor, ORDER_ID);
  assert.deepEqual(fake.calls[0]?.args, {
    p_author: "owner",
    p_user_id: USER_ID,
    p_before: ORDER_ID,
    p_limit: 1,
  });
});

Deno.test("a refused checkout says when to try again, never why, and stores no answer", async () => {
  const cases = [
    { code: "velocity_exceeded", retry_after: 3_000, status: 429, header: "3000", retryable: true },
    { code: "forbidden", retry_after: null, status: 403, header: null, retryable: false },
  ] as const;
  for (const { code, retry_after, status, header, retryable } of cases) {
    const openSession = () => Promise.reject(new Error("Stripe was asked"));
    const fake = await makeFake({
      answers: { checkout_begin: () => ({ step: "refused", code, retry_after }) },
      payments: { openSession },
    });
    const answer = await post(fake);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("retry-after"), header);
    const { error } = await answer.json();
    assert.deepEqual([error.code, error.retryable], [code, retryable]);
    assert.doesNotMatch(error.message, /block|fraud|card|address/i);
    assert.deepEqual(fake.names(), ["checkout_begin"]);
  }
});

Deno.test("the database gets only a hash of the buyer's IP address, never from X-Forwarded-For", async () => {
  const hashFor = async (headers: Record<string, string>) => {
    const fake = await makeFake();
    const all = { ...KEY, ...headers };
    await (await send(fake, "POST", "/checkout", { as: "user", headers: all, body: BODY })).text();
    return fake.calls[0]?.args.p_ip_hash;
  };
  assert.match(String(await hashFor({ "cf-connecting-ip": "203.0.113.7" })), /^[0-9a-f]{64}$/);
  assert.equal(await hashFor({ "x-forwarded-for": "203.0.113.7" }), undefined);
});
