import { html } from "hono/html";
import { lineItemsOf } from "../checkout/line-items.ts";
import type { Session } from "../checkout/session.ts";
import { formatMoney } from "../payments/fees.ts";
import type { Scope } from "../scope.ts";
import { layout } from "./layout.ts";
import { testCardsLine } from "./test-cards.ts";

/** What the page shows again after a refused attempt. Card data never comes back. */
export interface Refused {
  message: string;
  email: string;
  name: string;
}

/**
 * The hosted page of an open session.
 * @param form identifies this form, so that sending it twice pays once
 */
export function checkoutPage(scope: Scope, session: Session, form: string, refused?: Refused) {
  const total = formatMoney(session.amount_total ?? 0, session.currency ?? "usd");
  const free = session.payment_status === "no_payment_required";
  const label = free ? "Complete" : `Pay ${total}`;
  return layout(
    refused ? `Not paid: ${refused.message}` : `Pay ${total}`,
    html`<h1>Pay ${total}</h1>
      ${items(scope, session)}
      ${refused ? html`<p role="alert" id="error">${refused.message}</p>` : ""}
      <form method="post" action="/c/pay/${session.id}" aria-label="Payment">
        <input type="hidden" name="form" value="${form}">
        ${contact(session, refused)} ${free ? "" : methods(session.payment_method_types)}
        <button type="submit" name="pay">${label}</button>
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
    <label for="email">E-mail</label>
    <input id="email" name="email" type="email" required autocomplete="email"
      value="${refused?.email || email}" ${fixed && email ? "readonly" : ""}>
    <label for="name">Name (optional)</label>
    <input id="name" name="name" autocomplete="cc-name" value="${refused?.name ?? ""}">
  `;
}

function methods(offered: string[]) {
  const card = offered.includes("card");
  return html`${card ? cardFields() : ""}
    ${offered.includes("us_bank_account") ? debitFields(!card) : ""}`;
}

function cardFields() {
  return html`
    <fieldset>
      <legend>Card</legend>
      <label class="choice">
        <input type="radio" name="method" value="card" checked>
        <span>Pay by card, at once</span>
      </label>
      ${testCardsLine()}
      <label for="number">Card number</label>
      <input id="number" name="number" inputmode="numeric" autocomplete="cc-number"
        placeholder="4242 4242 4242 4242" maxlength="24">
      <div class="pair">
        <div>
          <label for="exp">Expiry (MM/YY)</label>
          <input id="exp" name="exp" autocomplete="cc-exp" placeholder="12/34" maxlength="7">
        </div>
        <div>
          <label for="cvc">Security code</label>
          <input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123"
            maxlength="4">
        </div>
      </div>
    </fieldset>
  `;
}

function debitFields(only: boolean) {
  return html`
    <fieldset>
      <legend>Bank debit (delayed)</legend>
      <label class="choice">
        <input type="radio" name="method" value="us_bank_account" ${only ? "checked" : ""}>
        <span>Pay by bank debit: the money comes later, or not</span>
      </label>
      <div class="outcome" role="group" aria-label="How the bank debit ends">
        <label class="choice">
          <input type="radio" name="outcome" value="succeeds" checked>
          <span>It will succeed</span>
        </label>
        <label class="choice">
          <input type="radio" name="outcome" value="fails">
          <span>It will fail</span>
        </label>
      </div>
    </fieldset>
  `;
}
