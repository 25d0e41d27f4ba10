import assert from "node:assert/strict";
import { withinRequest } from "../../core/current-request.ts";
import { startContext } from "../../core/start-request.ts";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import { refusalOf, withStripe } from "#support/fakes/stripe-server.ts";
import { createCaller, createClient } from "./client.ts";
import { createPayments } from "./create-payments.ts";
import { StoredStripeError } from "./error-classes.ts";

const LINK = { object: "account_link", url: "https://connect.example.com/1" };
const URLS = { returnUrl: "https://app.example.com/a", refreshUrl: "https://app.example.com/b" };

function refusing(status: number, headers: Record<string, string> = {}): Response {
  const error = { type: "api_error", message: "text of Stripe" };
  return Response.json({ error }, { status, headers });
}

/**
 * A stub of Stripe. It returns these responses in turn, and an account link for each later request.
 */
function inTurn(...answers: Response[]) {
  return () => answers.shift() ?? Response.json(LINK);
}

function openAt(apiUrl: string) {
  const metrics = countedMetrics();
  const options = { secretKey: "sk_test_1", webhookSecrets: ["whsec_1"], apiUrl, metrics };
  const payments = createPayments(options);
  return { metrics, link: () => payments.createOnboardingLink("acct_1", URLS), payments };
}

Deno.test("all attempts at one request share a key, another request has another", async () => {
  await withStripe(inTurn(refusing(500), refusing(503)), async (url, seen) => {
    const { link, metrics } = openAt(url);
    assert.equal(await link(), LINK.url);
    await link();
    const keys = seen.map(({ idempotencyKey }) => idempotencyKey);
    assert.equal(keys.length, 4);
    assert(keys[0] !== null && keys[0] !== keys[3]);
    assert.deepEqual(new Set(keys).size, 2);
    assert.equal(metrics.counts["outside_calls stripe failed"], 2);
    assert.equal(metrics.counts["outside_calls stripe ok"], 2);
  });
});

Deno.test("a request is sent three times, and not nine", async () => {
  await withStripe(() => refusing(500), async (url, seen) => {
    const { link } = openAt(url);
    const error = await refusalOf(link());
    assert.deepEqual([error.status, error instanceof StoredStripeError], [502, true]);
    assert.equal(seen.length, 3);
  });
});

Deno.test("a request is repeated only when Stripe says so, other refusals are final", async () => {
  const again = { "stripe-should-retry": "true", "retry-after": "0" };
  await withStripe(inTurn(refusing(429, again), refusing(400)), async (url, seen) => {
    const { link } = openAt(url);
    assert.equal((await refusalOf(link())).status, 502);
    assert.equal(seen.length, 2);
  });
  await withStripe(inTurn(refusing(429)), async (url, seen) => {
    assert.equal((await refusalOf(openAt(url).link())).status, 502);
    assert.equal(seen.length, 1);
  });
});

Deno.test("the internal text of a refusal has Stripe's type, code, message and request id", async () => {
  const error = { type: "invalid_request_error", code: "resource_missing", message: "No such it" };
  const refuse = () =>
    Response.json({ error }, { status: 404, headers: { "request-id": "req_1" } });
  await withStripe(refuse, async (url) => {
    const { internal } = await refusalOf(openAt(url).link());
    assert.equal(internal, "stripe: StripeInvalidRequestError resource_missing No such it req_1");
  });
});

Deno.test("a request with a long Retry-After is not retried", async () => {
  const later = { "stripe-should-retry": "true", "retry-after": "60" };
  await withStripe(inTurn(refusing(503, later)), async (url, seen) => {
    assert.equal((await refusalOf(openAt(url).link())).status, 502);
    assert.equal(seen.length, 1);
  });
});

Deno.test("an unavailable Stripe is not asked again, and its probe has a breaker of its own", async () => {
  const no = { "stripe-should-retry": "false" };
  await withStripe(
    ({ path }) => path === "/" ? new Response("", { status: 401 }) : refusing(500, no),
    async (url, seen) => {
      const { link, payments, metrics } = openAt(url);
      for (let call = 0; call < 10; call++) {
        assert.equal((await refusalOf(link())).status, 502);
        assert.equal(await payments.isReachable(), true);
      }
      const asked = seen.length;
      const error = await refusalOf(link());
      assert.deepEqual([error.status, error.code], [503, "upstream_unavailable"]);
      assert((error.retryAfterSeconds ?? 0) > 0);
      assert.equal(seen.length, asked);
      metrics.flush();
      assert.equal(metrics.counts["breaker_not_closed stripe open"], 1);
    },
  );
});

Deno.test("a request without time left drops the connection and answers 408", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    request.signal.addEventListener("abort", () => leave());
    arrive();
    await left;
    return new Response();
  });
  const apiUrl = `http://127.0.0.1:${server.addr.port}`;
  const { call } = createCaller(createClient({ secretKey: "sk_test_1", apiUrl }));
  const context = startContext(new Headers());
  context.deadlineMs = performance.now() + 5_000;
  const ask = () => call((stripe) => stripe.refunds.retrieve("re_1"));
  const refusal = refusalOf(withinRequest(context, ask));
  await arrived;
  assert.equal((await refusal).code, "request_timeout");
  await left;
  await server.shutdown();
});
