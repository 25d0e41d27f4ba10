import { html } from "hono/html";
import { layout } from "./layout.ts";
import { methodFields } from "./payment-method-fields.ts";
import { formatMoney } from "../payments/amounts.ts";
import { lineItemsOf, type Session } from "../resources/checkout-sessions.ts";
import type { Scope } from "../store/scope.ts";

/** The input that the page shows again after a refused attempt. Card data is never shown again. */
export interface Refused {
  message: string;
  email: string;
  name: string;
}

/**
 * Renders the hosted page of an open session.
 * @param form identifies this form, so that sending it twice pays once
 */
export function checkoutPage(scope: Scope, session: Session, form: string, refused?: Refused) {
  const setup = session.mode === "setup";
  const total = formatMoney(session.amount_total ?? 0, session.currency ?? "usd");
  const title = setup ? "Save a card" : `Pay ${total}`;
  const free = !setup && session.payment_status === "no_payment_required";
  return layout(
    refused ? `Not ${setup ? "saved" : "paid"}: ${refused.message}` : title,
    html`<h1>${title}</h1>
      ${setup ? html`<p>It is kept for later payments. Nothing is paid now.</p>` : ""}
      ${setup ? "" : items(scope, session)}
      ${refused ? html`<p role="alert" id="error">${refused.message}</p>` : ""}
      <form method="post" action="/c/pay/${session.id}" aria-label="Payment">
        <input type="hidden" name="form" value="${form}">
        ${contact(session, refused)} ${free ? "" : methodFields(session.payment_method_types)}
        <button type="submit" name="pay">${free ? "Complete" : title}</button>
      </form>
      ${
      session.cancel_url ? html`<p><a href="${session.cancel_url}" rel="nofollow">Back</a></p>` : ""
    }`,
  );
}

function items(scope: Scope, session: Session) {
  const rows = lineItemsOf(scope, session).map((item) =>
    html`
      <tr>
        <td>${item.description} × ${item.quantity}</td>
        <td>${formatMoney(item.amount_total, item.currency)}</td>
      </tr>
    `
  );
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}

function contact(session: Session, refused: Refused | undefined) {
  const email = session.customer_details?.email ?? session.customer_email ?? "";
  const fixed = session.customer_email !== null || session.customer !== null;
  return html`
    <label for="email">Email</label>
    <input id="email" name="email" type="email" required autocomplete="email"
      value="${refused?.email || email}" ${fixed && email ? "readonly" : ""}>
    <label for="name">Name (optional)</label>
    <input id="name" name="name" autocomplete="cc-name" value="${refused?.name ?? ""}">
  `;
}
