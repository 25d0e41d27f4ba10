import type { Context } from "hono";
import { html } from "hono/html";
import type Stripe from "stripe";
import type { PaymentResult } from "../checkout/complete.ts";
import { resumeSession } from "../checkout/pay.ts";
import { resumeSaving } from "../checkout/save-card.ts";
import { layout, messagePage } from "./layout.ts";
import { formatMoney } from "../payments/format-money.ts";
import { attemptPayment, failAuthentication } from "../payments/attempt-payment.ts";
import { bookPayment } from "../payments/book-payment.ts";
import { attemptSetup, failSetupAuthentication } from "../payments/setup-intents.ts";
import { type Session, sessionOf } from "../resources/checkout-sessions.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { setupIntents } from "../resources/setup-intents.ts";
import type { Scope } from "../store/scope.ts";

type Answer = Response | Promise<Response>;

/** Shows the bank's page for a payment or a setup that waits for authentication. */
export function authenticationPage(c: Context, scope: Scope): Answer {
  const { payment, setup } = waiting(c, scope);
  if (!payment && !setup) return over(c);
  const what = payment
    ? `you are paying ${formatMoney(payment.amount, payment.currency)}`
    : "this card may be saved for later payments";
  return c.html(layout(
    "Authenticate the payment",
    html`
      <h1>Authenticate the payment</h1>
      <p>The bank asks whether ${what}.</p>
      <form method="post">
        <button type="submit" name="result" value="complete">Complete</button>
        <button type="submit" name="result" value="fail" class="plain">Fail</button>
      </form>
    `,
  ));
}

/**
 * Continues the payment or the setup after the buyer's answer to the bank.
 * @param follow creates the response if a checkout session created the intent, because a session
 *   continues on its own page
 */
export function authenticate(
  c: Context,
  scope: Scope,
  passed: boolean,
  follow: (paid: PaymentResult, session: Session) => Answer,
): Answer {
  const { payment, setup } = waiting(c, scope);
  const intent = payment ?? setup;
  if (!intent) return over(c);
  const session = sessionOf(scope, intent.id);
  if (session && payment) return follow(resumeSession(scope, session, payment, passed), session);
  if (session && setup) return follow(resumeSaving(scope, session, setup, passed), session);
  const returnUrl = intent.next_action?.redirect_to_url?.return_url;
  const after = payment
    ? resumePayment(scope, payment, passed)
    : setup && resumeSetup(scope, setup, passed);
  return leave(c, after ?? intent, returnUrl);
}

/** Redirects the browser to the shop after an attempt to pay or save a card. */
export function leave(
  c: Context,
  intent: Stripe.PaymentIntent | Stripe.SetupIntent,
  returnUrl: string | null | undefined,
): Answer {
  const done = intent.status === "succeeded" || intent.status === "processing";
  if (!returnUrl && done) return c.html(messagePage("Done", "You can close this page."));
  if (!returnUrl) {
    return c.html(messagePage("Not done", "The bank refused the authentication. Try again."), 402);
  }
  const target = new URL(returnUrl);
  target.searchParams.set(intent.object, intent.id);
  target.searchParams.set(`${intent.object}_client_secret`, intent.client_secret ?? "");
  target.searchParams.set("redirect_status", done ? "succeeded" : "failed");
  return c.redirect(target.href, 303);
}

function resumePayment(scope: Scope, intent: Stripe.PaymentIntent, passed: boolean) {
  const after = passed
    ? attemptPayment(scope, intent, String(intent.payment_method), { authenticated: true })
    : failAuthentication(scope, intent);
  bookPayment(scope, after);
  return after;
}

function resumeSetup(scope: Scope, intent: Stripe.SetupIntent, passed: boolean) {
  return passed
    ? attemptSetup(scope, intent, String(intent.payment_method), true)
    : failSetupAuthentication(scope, intent);
}

/** Finds the payment intent or setup intent that the path names, if it waits for authentication. */
function waiting(c: Context, scope: Scope) {
  const id = c.req.param("intent") ?? "";
  const payment = paymentIntents.find(scope, id);
  const setup = setupIntents.find(scope, id);
  return {
    payment: payment?.status === "requires_action" ? payment : undefined,
    setup: setup?.status === "requires_action" ? setup : undefined,
  };
}

function over(c: Context): Answer {
  return c.html(
    messagePage("Nothing to do", "There is no payment or card to authenticate."),
    409,
  );
}
