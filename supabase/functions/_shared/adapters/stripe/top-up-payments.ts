/** Charges a saved card without the user, and makes the page on which the user pays if the charge fails. */
import Stripe from "stripe";
import type { TopUpCharge } from "../../contracts/database/results/top-ups.ts";
import { type StripeCaller } from "./client.ts";
import { marked } from "./stored-facts/installation-mark.ts";
import { requireObject } from "./failures.ts";
import { StripeRefused, unavailable } from "./error-classes.ts";
import { isMissing, requireOwnAccount } from "./own-account.ts";

/**
 * The result of a charge. `accepted` means paid or in progress; the payment's event reports the
 * result.
 */
export type ChargeOutcome =
  | { readonly kind: "accepted" | "authentication"; readonly payment_id: string }
  | { readonly kind: "declined"; readonly payment_id: string | null; readonly code: string }
  | { readonly kind: "card_gone"; readonly payment_id: null; readonly code: string };

interface ReturnUrls {
  readonly successUrl: string;
  readonly cancelUrl: string;
}

export interface TopUpPage {
  readonly id: string;
  readonly url: string;
}

export interface TopUpPayments {
  /**
   * Charges the card once; a repeated call for the same order gets the same response.
   * @throws OtherStripeAccount if Stripe does not know the customer; StripeRefused if the request
   * or the setup is wrong; otherwise ApiError if the result is unknown
   */
  chargeCard(charge: TopUpCharge): Promise<ChargeOutcome>;
  /**
   * Cancels the charge, so that the order can't be paid twice.
   * @returns false if the charge was paid or is being paid
   * @throws ApiError if the result is unknown
   */
  cancelCharge(charge: TopUpCharge): Promise<boolean>;
  /** Opens a hosted page for the same order and amount; a repeated call returns the same page. */
  openTopUpPage(charge: TopUpCharge, urls: ReturnUrls): Promise<TopUpPage>;
}

const AUTHENTICATION = "authentication_required";

function outcomeOf(payment: Stripe.PaymentIntent): ChargeOutcome {
  const { id: payment_id, status } = requireObject(payment, "payment_intent");
  if (status === "succeeded" || status === "processing") return { kind: "accepted", payment_id };
  if (status === "requires_action") return { kind: "authentication", payment_id };
  return { kind: "declined", payment_id, code: status };
}

/**
 * Turns Stripe's refusal of the card into an outcome. Any other refusal is a mistake of this code
 * or its setup, and is thrown.
 */
function outcomeOfRefusal(refusal: StripeRefused): ChargeOutcome {
  const { stripeCode, declineCode, payment, param } = refusal;
  const payment_id = payment?.payment_id ?? null;
  if (refusal.cause instanceof Stripe.errors.StripeCardError) {
    const isAsked = [stripeCode, declineCode].includes(AUTHENTICATION);
    if (isAsked && payment_id !== null) return { kind: "authentication", payment_id };
    // The SDK turns a missing code into an empty text.
    return { kind: "declined", payment_id, code: declineCode || stripeCode || "declined" };
  }
  // The card is detached or deleted, or its customer is deleted.
  if (param === "payment_method" || param === "customer") {
    return { kind: "card_gone", payment_id: null, code: stripeCode ?? "card_gone" };
  }
  throw refusal;
}

function chargeParams(charge: TopUpCharge): Stripe.PaymentIntentCreateParams {
  return {
    amount: charge.amount,
    currency: charge.currency,
    customer: charge.customer_id,
    payment_method: charge.payment_method_id,
    confirm: true,
    off_session: true,
    metadata: marked(charge, { order_id: charge.order_id }),
  };
}

function pageParams(charge: TopUpCharge, urls: ReturnUrls): Stripe.Checkout.SessionCreateParams {
  const metadata = marked(charge, { order_id: charge.order_id });
  return {
    ui_mode: "hosted_page",
    mode: "payment",
    customer: charge.customer_id,
    line_items: [{
      quantity: 1,
      price_data: {
        currency: charge.currency,
        unit_amount: charge.amount,
        product_data: { name: `${charge.credits} credits` },
      },
    }],
    client_reference_id: charge.order_id,
    metadata,
    payment_intent_data: { metadata },
    success_url: urls.successUrl,
    cancel_url: urls.cancelUrl,
    expires_at: charge.expires_at_epoch,
    // A tax would change the amount of the order. Without this parameter, the account's default would apply.
    automatic_tax: { enabled: false },
  };
}

function checkPage(session: Stripe.Checkout.Session, charge: TopUpCharge): TopUpPage {
  const { id, url } = requireObject(session, "checkout.session");
  if (typeof url !== "string") throw unavailable("stripe: the session has no URL", 502);
  const isSameMoney = session.amount_total === charge.amount &&
    session.currency === charge.currency;
  if (!isSameMoney) {
    throw unavailable("stripe: the session's amount or currency is not the order's", 502);
  }
  return { id, url };
}

export function createTopUpPayments(caller: StripeCaller): TopUpPayments {
  const { call } = caller;
  return {
    async chargeCard(charge) {
      const options = { idempotencyKey: `top-up-${charge.order_id}` };
      try {
        return outcomeOf(
          await call((stripe) => stripe.paymentIntents.create(chargeParams(charge), options)),
        );
      } catch (error) {
        if (!(error instanceof StripeRefused)) throw error;
        const outcome = outcomeOfRefusal(error);
        if (isMissing(error)) await requireOwnAccount(caller, charge.customer_id);
        return outcome;
      }
    },
    async cancelCharge({ order_id, payment_id }) {
      if (payment_id === null) {
        throw unavailable("stripe: the charge has no payment to cancel", 502);
      }
      const options = { idempotencyKey: `top-up-cancel-${order_id}` };
      try {
        const payment = await call((stripe) =>
          stripe.paymentIntents.cancel(payment_id, {}, options)
        );
        return requireObject(payment, "payment_intent").status === "canceled";
      } catch (error) {
        // The payment can no longer be cancelled. The payment's status shows whether it was paid,
        // or had already been cancelled.
        const status = error instanceof StripeRefused ? error.payment?.status : undefined;
        if (status === "canceled") return true;
        if (status === "succeeded" || status === "processing") return false;
        throw error;
      }
    },
    async openTopUpPage(charge, urls) {
      const options = { idempotencyKey: `top-up-page-${charge.order_id}` };
      const session = await call((stripe) =>
        stripe.checkout.sessions.create(pageParams(charge, urls), options)
      );
      return checkPage(session, charge);
    },
  };
}
