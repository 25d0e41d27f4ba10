import { type Context, Hono } from "hono";
import type Stripe from "stripe";
import { checkDestination } from "../connect/check-destination.ts";
import { StripeApiError } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { leave } from "./bank-authentication.ts";
import { messagePage } from "./layout.ts";
import { paymentPage } from "./payment-intent-page.ts";
import { readMeans } from "./payment-form.ts";
import { attemptPayment } from "../payments/attempt-payment.ts";
import { bookPayment } from "../payments/book-payment.ts";
import { sessionOf } from "../resources/checkout-sessions.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { createBankAccount, createCard, paymentMethods } from "../resources/payment-methods.ts";
import type { Scope } from "../store/scope.ts";

type Intent = Stripe.PaymentIntent;
type Answer = Response | Promise<Response>;

/**
 * The pages that replace Stripe.js in a shop's own page: a buyer pays an intent with a card
 * number, a saved card or a bank debit. The URL contains the intent's client secret. After the
 * payment the browser is redirected to the URL's `return_url`, if there is one.
 * @param visit creates a scope for a browser's request
 */
export function paymentPages(engine: Engine, visit: () => Scope): Hono {
  const app = new Hono();
  app.get("/_emulator/pay/:intent", (c) => {
    const scope = visit();
    const intent = find(c, scope);
    return refuse(c, scope, intent) ?? c.html(paymentPage(scope, intent as Intent));
  });
  app.post("/_emulator/pay/:intent", async (c) => {
    const fields = await c.req.parseBody() as Record<string, string>;
    const scope = visit();
    const intent = find(c, scope);
    const response = refuse(c, scope, intent) ?? submit(c, scope, intent as Intent, fields, engine);
    engine.store.flush();
    return response;
  });
  return app;
}

/** Returns the intent in the path if the URL contains its client secret. */
function find(c: Context, scope: Scope): Intent | undefined {
  const intent = paymentIntents.find(scope, c.req.param("intent") ?? "");
  return intent?.client_secret === c.req.query("client_secret") ? intent : undefined;
}

/** If the intent cannot be paid, returns a page that says why; otherwise undefined. */
function refuse(c: Context, scope: Scope, intent: Intent | undefined) {
  if (!intent || sessionOf(scope, intent.id)) {
    return c.html(messagePage("Not found", "There is no such payment."), 404);
  }
  if (intent.status === "canceled") {
    return c.html(messagePage("Canceled", "This payment was canceled. Start again."), 410);
  }
  if (intent.status.startsWith("requires_")) return undefined;
  return c.html(
    messagePage(
      "Already paid",
      "You cannot pay again: the payment has succeeded or is processing.",
    ),
    409,
  );
}

function submit(
  c: Context,
  scope: Scope,
  intent: Intent,
  fields: Record<string, string>,
  engine: Engine,
): Answer {
  const again = (message: string) => c.html(paymentPage(scope, intent, message), 402);
  try {
    checkDestination(scope, intent);
    const means = fields.saved ? { method: "saved" as const } : readMeans(fields, scope.now());
    if ("message" in means) return again(means.message);
    const after = means.method === "saved"
      ? attemptPayment(scope, intent, savedMethod(scope, intent, fields.saved))
      : means.method === "card"
      ? attemptPayment(scope, intent, createCard(scope, means).id)
      : attemptPayment(scope, intent, createBankAccount(scope, {}).id, {
        delayedOutcome: means.outcome,
      });
    bookPayment(scope, after);
    return conclude(c, scope, after, again);
  } catch (error) {
    if (!(error instanceof StripeApiError)) throw error;
    engine.store.rollback();
    return again(error.message);
  }
}

function conclude(
  c: Context,
  scope: Scope,
  after: Intent,
  again: (message: string) => Answer,
): Answer {
  const return_url = c.req.query("return_url") ?? null;
  if (after.status === "requires_payment_method") {
    return again(after.last_payment_error?.message ?? "Declined.");
  }
  if (after.status !== "requires_action") return leave(c, after, return_url);
  const url = after.next_action?.redirect_to_url?.url ?? "";
  paymentIntents.update(scope, after, {
    next_action: { type: "redirect_to_url", redirect_to_url: { url, return_url } },
  });
  return c.redirect(url, 303);
}

/**
 * Returns the id of a payment method of the intent's customer.
 * @throws StripeApiError if the payment method does not belong to that customer
 */
function savedMethod(scope: Scope, intent: Intent, id = ""): string {
  const method = paymentMethods.get(scope, id, "saved");
  if (method.customer !== null && method.customer === intent.customer) return id;
  throw new StripeApiError(400, "The customer does not have this card.");
}
