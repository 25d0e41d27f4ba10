import assert from "node:assert/strict";
import type { BookingToPay } from "../../contracts/database/results/bookings.ts";
import { MARK } from "#support/project.ts";
import { paymentsAt, refusalOf, stripeError, withStripe } from "#support/fakes/stripe-server.ts";

const PROVIDER = { provider_id: "p-1", country: "DE", email: null, stripe_account_id: null };
const URLS = { returnUrl: "https://app.example.com/a", refreshUrl: "https://app.example.com/b" };
const ACCOUNT = { object: "account", id: "acct_1" };
const LINK = { object: "account_link", url: "https://connect.example.com/1" };

const BOOKING: BookingToPay = {
  booking_id: "b-1",
  amount: 2500,
  currency: "usd",
  application_fee_amount: 75,
  transfer_at: "payment",
  stripe_account_id: "acct_1",
  mark: MARK,
};

const PAYMENT = {
  object: "payment_intent",
  id: "pi_1",
  amount: 2500,
  currency: "usd",
  application_fee_amount: 75,
  client_secret: "pi_1_secret",
};

Deno.test("an account is made under the provider's own key, with our id in it", async () => {
  await withStripe(() => Response.json(ACCOUNT), async (url, seen) => {
    const payments = paymentsAt(url);
    assert.equal(await payments.createAccount(PROVIDER), "acct_1");
    await payments.createAccount({ ...PROVIDER, email: "seller@example.com" });
    assert.deepEqual(seen[0], {
      path: "/v1/accounts",
      idempotencyKey: "provider-p-1",
      form: {
        type: "express",
        country: "DE",
        "capabilities[card_payments][requested]": "true",
        "capabilities[transfers][requested]": "true",
        "metadata[provider_id]": "p-1",
      },
    });
    assert.equal(seen[1]?.form.email, "seller@example.com");
  });
});

Deno.test("all accounts are listed, page by page, with their capabilities", async () => {
  const page = (ids: string[], has_more: boolean) => {
    const data = ids.map((id) => ({ ...ACCOUNT, id, payouts_enabled: true }));
    return Response.json({ object: "list", data, has_more });
  };
  const answer = ({ form }: { form: Record<string, string> }) =>
    form.starting_after === "acct_2" ? page(["acct_3"], false) : page(["acct_1", "acct_2"], true);
  await withStripe(answer, async (url) => {
    const pages = await Array.fromAsync(paymentsAt(url).listAccounts());
    const listed = pages.flat().map((each) => [each.stripe_account_id, each.payouts_enabled]);
    assert.deepEqual(listed, [["acct_1", true], ["acct_2", true], ["acct_3", true]]);
  });
  await withStripe(() => Response.json({ message: "not here" }, { status: 404 }), async (url) => {
    assert.equal((await refusalOf(Array.fromAsync(paymentsAt(url).listAccounts()))).status, 502);
  });
});

Deno.test("an onboarding page belongs to its account and returns to us", async () => {
  await withStripe(() => Response.json(LINK), async (url, seen) => {
    assert.equal(await paymentsAt(url).createOnboardingLink("acct_1", URLS), LINK.url);
    assert.deepEqual(seen[0]?.form, {
      account: "acct_1",
      type: "account_onboarding",
      return_url: URLS.returnUrl,
      refresh_url: URLS.refreshUrl,
    });
  });
});

Deno.test("a booking's payment goes to its provider less our fee, under the booking's own key", async () => {
  await withStripe(() => Response.json(PAYMENT), async (url, seen) => {
    const made = await paymentsAt(url).createBookingPayment(BOOKING);
    assert.deepEqual(made, { id: "pi_1", clientSecret: "pi_1_secret" });
    assert.deepEqual(seen, [{
      path: "/v1/payment_intents",
      idempotencyKey: "booking-b-1",
      form: {
        amount: "2500",
        currency: "usd",
        application_fee_amount: "75",
        "transfer_data[destination]": "acct_1",
        "automatic_payment_methods[enabled]": "true",
        "metadata[booking_id]": "b-1",
        "metadata[farthing]": MARK,
      },
    }]);
  });
});

Deno.test("a fee that rounds to zero is not requested", async () => {
  const small = { ...BOOKING, amount: 10, application_fee_amount: 0 };
  const made = { ...PAYMENT, amount: 10, application_fee_amount: null };
  await withStripe(() => Response.json(made), async (url, seen) => {
    assert.equal((await paymentsAt(url).createBookingPayment(small)).id, "pi_1");
    assert.equal("application_fee_amount" in seen[0]!.form, false);
  });
});

Deno.test("a payment with a delayed share has no destination and no fee", async () => {
  const waiting: BookingToPay = { ...BOOKING, transfer_at: "completed" };
  await withStripe(
    () => Response.json({ ...PAYMENT, application_fee_amount: null }),
    async (url, seen) => {
      assert.equal((await paymentsAt(url).createBookingPayment(waiting)).id, "pi_1");
      assert.deepEqual(seen[0]?.form, {
        amount: "2500",
        currency: "usd",
        transfer_group: "booking-b-1",
        "automatic_payment_methods[enabled]": "true",
        "metadata[booking_id]": "b-1",
        "metadata[farthing]": MARK,
      });
    },
  );
});

type Stripe = ReturnType<typeof paymentsAt>;

const link = (stripe: Stripe) => stripe.createOnboardingLink("acct_1", URLS);
const pay = (stripe: Stripe) => stripe.createBookingPayment(BOOKING);
const NO_ANSWERS: readonly [string, (stripe: Stripe) => Promise<unknown>, unknown, number][] = [
  ["account (T20)", (stripe) => stripe.createAccount(PROVIDER), { message: "not here" }, 404],
  ["account link", link, { ...LINK, url: null }, 200],
  ["account link of that kind", link, { ...LINK, object: "account_session" }, 200],
  ["account link (T20)", link, { message: "not here" }, 404],
  ["payment (T20)", pay, { message: "not here" }, 404],
  ["payment of this amount", pay, { ...PAYMENT, amount: 1 }, 200],
  ["payment in this currency", pay, { ...PAYMENT, currency: "eur" }, 200],
  ["payment with this fee", pay, { ...PAYMENT, application_fee_amount: null }, 200],
  ["payment with a secret", pay, { ...PAYMENT, client_secret: null }, 200],
];

for (const [name, ask, body, status] of NO_ANSWERS) {
  Deno.test(`${JSON.stringify(body).slice(0, 60)} is not a valid ${name}`, async () => {
    await withStripe(() => Response.json(body, { status }), async (url) => {
      const error = await refusalOf(ask(paymentsAt(url)));
      assert.deepEqual([error.code, error.status], ["upstream_unavailable", 502]);
    });
  });
}

Deno.test("a payment that can no longer be cancelled is decided by its event", async () => {
  const toCancel = { booking_id: "b-1", payment_intent_id: "pi_1" };
  const type = "invalid_request_error";
  const tooLate = () => stripeError(400, { type, code: "payment_intent_unexpected_state" });
  await withStripe(tooLate, async (url, seen) => {
    await paymentsAt(url).cancelBookingPayment(toCancel);
    assert.equal(seen[0]?.path, "/v1/payment_intents/pi_1/cancel");
  });
  const missing = () => stripeError(404, { type, code: "resource_missing" });
  await withStripe(missing, async (url) => {
    const error = await refusalOf(paymentsAt(url).cancelBookingPayment(toCancel));
    assert.equal(error.code, "upstream_unavailable");
  });
});
