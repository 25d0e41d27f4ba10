import { html } from "hono/html";
import type Stripe from "stripe";
import { layout } from "./layout.ts";
import { methodFields } from "./payment-method-fields.ts";
import { formatMoney } from "../payments/format-money.ts";
import { paymentMethods } from "../resources/payment-methods.ts";
import type { Scope } from "../store/scope.ts";

/**
 * Renders the page where a buyer pays an intent. The form posts to the page's own URL, which
 * contains the client secret.
 */
export function paymentPage(scope: Scope, intent: Stripe.PaymentIntent, refused?: string) {
  const title = `Pay ${formatMoney(intent.amount, intent.currency)}`;
  return layout(
    refused ? `Not paid: ${refused}` : title,
    html`<h1>${title}</h1>
      ${intent.description ? html`<p>${intent.description}</p>` : ""}
      ${refused ? html`<p role="alert" id="error">${refused}</p>` : ""}
      ${savedCards(scope, intent)}
      <form method="post" aria-label="Payment">
        ${methodFields(intent.payment_method_types, scope.settings.mode)}
        <button type="submit" name="pay">${title}</button>
      </form>`,
  );
}

function savedCards(scope: Scope, intent: Stripe.PaymentIntent) {
  if (typeof intent.customer !== "string") return "";
  const saved = paymentMethods.all(scope).filter(({ card, customer }) =>
    card && customer === intent.customer
  );
  if (saved.length === 0) return "";
  const buttons = saved.map(({ id, card }) =>
    html`<button type="submit" name="saved" value="${id}" class="plain">
      Pay by the ${card?.brand} card that ends in ${card?.last4}
    </button>`
  );
  return html`<form method="post" aria-label="Saved cards">${buttons}</form>`;
}
