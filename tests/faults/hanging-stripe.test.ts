/**
 * Stripe accepts connections and never answers. Requests end before their deadline, and a request
 * that is repeated with the same idempotency key has its effect only once.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { StartedBooking } from "../../supabase/functions/_shared/contracts/bookings.ts";
import { StartedProvider } from "../../supabase/functions/_shared/contracts/providers.ts";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { CardPage } from "../../supabase/functions/_shared/contracts/top-ups.ts";
import { EXTERNAL_SERVICES } from "../../supabase/functions/_shared/resilience/external-services.ts";
import { askBooking, askCancel, book, newSeller } from "../support/money/bookings.ts";
import { proven, withSql } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { startProxy } from "../support/processes/faulty-proxy.ts";
import { type Answer, data, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { ordersOf, packageNamed } from "../support/money/purchases.ts";
import {
  askRefund,
  newPurchase,
  refundBecomes,
  refundsAtStripe,
  standing,
} from "../support/money/refunds.ts";
import { control, sessionsOf, stripeOf } from "../support/money/stripe.ts";
import { optIn } from "../support/money/top-ups.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();
const stripe = stripeOf(world);

/** A request that makes one call to Stripe. */
interface Asking {
  /** Sends the request, each time with the same idempotency key. */
  ask(where: World): Promise<Answer>;
  /** Counts the objects that the request has made at Stripe. */
  made(): Promise<number>;
  /**
   * Checks a successful answer.
   * @throws if the answer or the database's rows are wrong
   */
  check(answer: Answer): Promise<void> | void;
}

async function checkout(): Promise<Asking> {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  const key = crypto.randomUUID();
  return {
    ask: (where) => post(where, "checkout", buyer.as, { package_id: id }, { key }),
    async made() {
      const orders = await ordersOf(world, buyer);
      equal(orders.length, 1);
      return (await sessionsOf(world, orders[0]!.order_id)).length;
    },
    check: (answer) => void data(answer, 201, Checkout),
  };
}

async function refund(): Promise<Asking> {
  const purchase = await newPurchase(world);
  const key = crypto.randomUUID();
  return {
    ask: (where) => askRefund(where, purchase.orderId, undefined, { key }),
    made: async () => (await refundsAtStripe(world, purchase.paymentId)).length,
    async check(answer) {
      await refundBecomes(world, data(answer, 201, Refund).refund_id, "succeeded");
      equal(await standing(world, purchase), "refunded: balance 0, available 0, debt 0");
    },
  };
}

async function booking(): Promise<Asking> {
  const { providerId } = await newSeller(world);
  const buyer = await signUp(world);
  const key = crypto.randomUUID();
  const body = { provider_id: providerId, amount: 1200, currency: "eur" };
  return {
    ask: (where) => askBooking(where, buyer, body, key),
    async made() {
      const rows = await withSql(world, (sql) =>
        sql<{ booking_id: string }[]>`
        select booking_id from farthing.bookings where provider_id = ${providerId}`);
      equal(rows.length, 1);
      const { data: all } = await stripe.paymentIntents.list({ limit: 100 });
      return all.filter(({ metadata }) => metadata.booking_id === rows[0]!.booking_id).length;
    },
    check: (answer) => void data(answer, 201, StartedBooking),
  };
}

async function cancellation(): Promise<Asking> {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const { booking_id, payment_intent_id } = await book(world, buyer, seller);
  const key = crypto.randomUUID();
  return {
    ask: (where) => askCancel(where, buyer, booking_id, key),
    async made() {
      const { status } = await stripe.paymentIntents.retrieve(payment_intent_id);
      return status === "canceled" ? 1 : 0;
    },
    check: ({ status, text }) => equal(status, 200, text),
  };
}

async function provider(): Promise<Asking> {
  const { as, email } = await signUp(world);
  const key = crypto.randomUUID();
  return {
    ask: (where) => post(where, "providers", as, { country: "DE", email }, { key }),
    async made() {
      const { data: all } = await stripe.accounts.list({ limit: 100 });
      return all.filter((account) => account.email === email).length;
    },
    check: (answer) => void data(answer, 201, StartedProvider),
  };
}

async function card(): Promise<Asking> {
  const person = await signUp(world);
  await optIn(world, person);
  const key = crypto.randomUUID();
  return {
    ask: (where) => post(where, "top-ups/card", person.as, {}, { key }),
    async made() {
      const { data: all } = await stripe.customers.list({ limit: 100 });
      return all.filter(({ metadata }) => metadata.user_id === person.id).length;
    },
    check: (answer) => void data(answer, 201, CardPage),
  };
}

const ASKINGS = { checkout, refund, booking, cancellation, provider, card };

/** Runs `use` while Stripe answers no POST request. */
async function withHanging(after: boolean, use: () => Promise<void>): Promise<void> {
  const fault = { method: "POST", path: "/v1/", hang: true, after, times: 1_000 };
  await control(world, "POST", "faults", fault);
  try {
    await use();
  } finally {
    await control(world, "DELETE", "faults");
  }
}

/**
 * Sends a request, and sends it again while an earlier request with the same key is in progress.
 * Returns the first answer that is not a 409.
 */
function repeat({ ask }: Asking): Promise<Answer> {
  return until("the repeat is answered", async () => {
    const answer = await ask(world);
    return answer.status === 409 ? undefined : answer;
  });
}

async function prepare(names: readonly (keyof typeof ASKINGS)[]): Promise<[string, Asking][]> {
  return await Promise.all(
    names.map(async (name): Promise<[string, Asking]> => [name, await ASKINGS[name]()]),
  );
}

/**
 * Asserts that each request gets a 503 in time. If `after` is true, Stripe creates the request's
 * object and then does not answer. Otherwise Stripe creates nothing. In the end, Stripe answers
 * again, and each request is repeated. Then Stripe must have exactly one object of each request.
 */
async function hang(
  askings: [string, Asking][],
  after: boolean,
  more: (cut: World, callsOfStripe: () => number) => unknown,
) {
  // The proxy counts only the calls of this deployment. The stack's own runner may call Stripe, too, but
  // not through the proxy.
  await using proxy = startProxy(world.stripeUrl, { kind: "through" });
  await withDeployment(world, { STRIPE_API_URL: proxy.url }, async (cut) => {
    await withHanging(after, async () => {
      const answers = await Promise.all(askings.map(([, { ask }]) => ask(cut)));
      for (const answer of answers) {
        equal(refused(answer, 503, "upstream_unavailable").retryable, true);
      }
      for (const [name, { made }] of askings) {
        equal(`${name} ${await made()}`, `${name} ${after ? 1 : 0}`);
      }
      await more(cut, () => proxy.asked());
    });
  });
  for (const [name, asking] of askings) {
    await asking.check(await repeat(asking));
    equal(`${name} ${await asking.made()}`, `${name} 1`);
  }
  await proven(world);
}

const ALL = Object.keys(ASKINGS) as (keyof typeof ASKINGS)[];

Deno.test("a request that Stripe never answers is 503, and opens the breaker", async () => {
  const { breakAfter, timeoutMs } = EXTERNAL_SERVICES.stripe;
  const more = Array.from({ length: breakAfter - ALL.length }, () => "checkout" as const);
  const late = await checkout();
  await hang(await prepare([...ALL, ...more]), false, async (cut, callsOfStripe) => {
    const before = callsOfStripe();
    const start = performance.now();
    const answer = await late.ask(cut);
    ok(performance.now() - start < timeoutMs / 2, "the request waited for Stripe");
    equal(refused(answer, 503, "upstream_unavailable").retryable, true);
    ok(Number(answer.headers.get("retry-after")) >= 1);
    deepEqual([callsOfStripe(), await late.made()], [before, 0]);
  });
  await late.check(await repeat(late));
});

Deno.test("a request that Stripe fulfils and never answers is 503, and a repeat finds it", async () => {
  await hang(await prepare(ALL), true, () => {});
});
