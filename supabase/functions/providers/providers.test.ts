import assert from "node:assert/strict";
import type { ProviderToOnboard } from "../_shared/contracts/database/results/providers.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { StripeRefused } from "../_shared/adapters/stripe/error-classes.ts";
import { PROVIDER_ID } from "#support/samples/bookings.ts";
import { type Fake, makeFake, ORIGIN, OTHER_ORIGIN } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";

const BODY = { country: "DE", email: "seller@example.com" };

function post(fake: Fake, body: Record<string, unknown> = BODY) {
  const headers = { "idempotency-key": "key-1" };
  return send(fake, "POST", "/providers", { as: "user", headers, body });
}

function refusal(stripeCode: string | null, param: string | null = null): StripeRefused {
  return new StripeRefused({
    internal: "no",
    cause: null,
    stripeCode,
    declineCode: null,
    param,
    payment: null,
  });
}

Deno.test("a provider gets an account and an onboarding page", async () => {
  const made: ProviderToOnboard[] = [];
  const links: unknown[][] = [];
  const fake = await makeFake({
    payments: {
      createAccount: (provider) => {
        made.push(provider);
        return Promise.resolve("acct_7");
      },
      createOnboardingLink: (...args) => {
        links.push(args);
        return Promise.resolve("https://connect.example.com/7");
      },
    },
  });
  const answer = await post(fake);
  const { data } = await answer.json();
  assert.equal(answer.status, 201);
  assert.deepEqual([data.provider_id, data.onboarding_url, data.charges_enabled], [
    PROVIDER_ID,
    "https://connect.example.com/7",
    false,
  ]);
  assert.equal(made[0]?.email, BODY.email);
  const pages = {
    returnUrl: `${ORIGIN}/providers/return`,
    refreshUrl: `${ORIGIN}/providers/refresh`,
  };
  assert.deepEqual(links, [["acct_7", pages]]);
  const [begin, attach] = fake.calls;
  assert.equal(begin?.args.p_user_id, USER_ID);
  assert.deepEqual(attach?.args, {
    p_provider_id: PROVIDER_ID,
    p_stripe_account_id: "acct_7",
    p_onboarding_url: "https://connect.example.com/7",
    p_idempotency_key: begin?.args.p_idempotency_key,
  });
});

Deno.test("a provider who has an account gets no second one, and a new page", async () => {
  const provider = { provider_id: PROVIDER_ID, country: "DE", email: null };
  const fake = await makeFake({
    answers: {
      providers_begin: () => ({
        step: "onboard",
        provider: { ...provider, stripe_account_id: "acct_1" },
      }),
    },
    payments: { createAccount: () => Promise.reject(new Error("a second account")) },
  });
  const answer = await post(fake);
  assert.equal((await answer.json()).data.onboarding_url, "https://connect.example.com/acct_1");
});

Deno.test("a repeat is answered without asking Stripe", async () => {
  const data = { provider_id: PROVIDER_ID } as never;
  const fake = await makeFake({
    answers: { providers_begin: () => ({ step: "replay", status: 201, data }) },
    payments: { createAccount: () => Promise.reject(new Error("Stripe was asked")) },
  });
  const answer = await post(fake);
  assert.equal(answer.headers.get("idempotency-replayed"), "true");
  assert.deepEqual((await answer.json()).data, data);
});

const OUTAGE = new ApiError("upstream_unavailable", { status: 502 });
const FAILURES: readonly [string, Error, number, string | undefined, boolean][] = [
  ["is unavailable", OUTAGE, 502, undefined, false],
  ["refuses the country", refusal("country_unsupported"), 400, "country", true],
  ["refuses the email address", refusal("email_invalid"), 400, "email", true],
  ["refuses the platform's request", refusal(null), 502, undefined, true],
];

for (const [name, error, status, field, isSpent] of FAILURES) {
  Deno.test(`an onboarding gets ${status} and frees its key if Stripe ${name}`, async () => {
    const fake = await makeFake({ payments: { createAccount: () => Promise.reject(error) } });
    const answer = await post(fake);
    const body = await answer.json();
    assert.deepEqual([answer.status, body.error.field], [status, field]);
    assert.deepEqual(fake.names(), ["providers_begin", "providers_abandon"]);
    const given = fake.calls[1]?.args.p_provider_id;
    assert.equal(given, isSpent ? PROVIDER_ID : undefined);
  });
}

Deno.test("a failed onboarding page frees the key and keeps the provider", async () => {
  const createOnboardingLink = () => Promise.reject(refusal("account_invalid"));
  const fake = await makeFake({ payments: { createOnboardingLink } });
  assert.equal((await post(fake)).status, 502);
  assert.deepEqual(fake.calls.at(-1)?.name, "providers_abandon");
  assert.equal(fake.calls.at(-1)?.args.p_provider_id, undefined);
});

Deno.test("a key that cannot be freed does not change the answer", async () => {
  const fake = await makeFake({
    answers: { providers_abandon: () => Promise.reject(new Error("gone")) },
    payments: { createAccount: () => Promise.reject(OUTAGE) },
  });
  assert.equal((await post(fake)).status, 502);
  assert(fake.lines.some(({ level }) => level === "warn"));
});

Deno.test("onboarding returns only to an allowed origin", async () => {
  for (const field of ["return_url", "refresh_url"]) {
    for (const path of ["/providers", "/providers/me/onboarding-link"]) {
      const headers = { "idempotency-key": "key-1" };
      const own = path === "/providers" ? BODY : {};
      const ask = async (url: string) => {
        const fake = await makeFake();
        const body = { ...own, [field]: url };
        return { fake, answer: await send(fake, "POST", path, { as: "user", headers, body }) };
      };
      const { answer } = await ask(`${OTHER_ORIGIN}/back?a=b`);
      assert(answer.ok, await answer.text());
      const evil = await ask(`${ORIGIN}.evil.com/`);
      const { error } = await evil.answer.json();
      assert.deepEqual([evil.answer.status, error.field], [400, field]);
      assert.deepEqual(evil.fake.names(), []);
    }
  }
});

Deno.test("an invalid country or email address is refused with its field", async () => {
  const cases: readonly [Record<string, unknown>, string][] = [
    [{}, "country"],
    [{ country: "de" }, "country"],
    [{ country: "DEU" }, "country"],
    [{ country: "DE", email: "nobody" }, "email"],
    [{ country: "DE", user_id: USER_ID }, "user_id"],
  ];
  for (const [body, field] of cases) {
    const fake = await makeFake();
    const answer = await post(fake, body);
    const { error } = await answer.json();
    assert.deepEqual([answer.status, error.code, error.field], [400, "invalid_request", field]);
    assert.deepEqual(fake.names(), []);
  }
});

Deno.test("the caller's own provider is shown without the account's id", async () => {
  const answer = await send(await makeFake(), "GET", "/providers/me", { as: "user" });
  const text = await answer.text();
  assert.equal(JSON.parse(text).data.provider_id, PROVIDER_ID);
  assert(!text.includes("acct_1"));
});

Deno.test("a provider without a Stripe account gets no onboarding link", async () => {
  const providers_read = async () => {
    const { services } = await makeFake();
    const own = await services.database.rpc("providers_read", { p_user_id: USER_ID });
    return { ...own, stripe_account_id: null };
  };
  const fake = await makeFake({ answers: { providers_read } });
  const sent = { as: "user", body: {} } as const;
  const answer = await send(fake, "POST", "/providers/me/onboarding-link", sent);
  assert.deepEqual([answer.status, (await answer.json()).error.code], [404, "not_found"]);
});

Deno.test("while b2b is off users cannot become providers, and providers can still read", async () => {
  const features = { isOn: () => Promise.resolve(false) };
  const fake = await makeFake({ overrides: { features } });
  assert.equal((await (await post(fake)).json()).error.code, "feature_disabled");
  assert.deepEqual(fake.names(), []);
  assert.equal((await send(fake, "GET", "/providers/me", { as: "user" })).status, 200);
});
