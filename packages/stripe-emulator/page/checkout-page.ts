import { html } from "hono/html";
import { fixedEmail } from "../checkout/complete.ts";
import { detailFields } from "./detail-fields.ts";
import { layout } from "./layout.ts";
import { methodFields } from "./payment-method-fields.ts";
import { formatMoney } from "../payments/format-money.ts";
import { lineItemsOf, type Session } from "../resources/checkout-sessions.ts";
import type { Scope } from "../store/scope.ts";

/** The input that the page shows again after a refused attempt. Card data is never shown again. */
export interface Refused {
  message: string;
  email: string;
  name: string;
  /** All entries that the form sent. Those that can change the amounts are shown again. */
  fields?: Record<string, string>;
}

/**
 * Renders the hosted page of an open session.
 * @param form the id of this form; a form that is sent twice pays only once
 */
export function checkoutPage(scope: Scope, session: Session, form: string, refused?: Refused) {
  const setup = session.mode === "setup";
  const total = formatMoney(session.amount_total ?? 0, session.currency ?? "usd");
  const title = setup ? "Save a card" : `Pay ${total}`;
  const free = !setup && session.payment_status === "no_payment_required";
  return layout(
    refused?.message ? `Not ${setup ? "saved" : "paid"}: ${refused.message}` : title,
    html`<h1>${title}</h1>
      ${setup ? html`<p>The card is saved for later payments. Nothing is paid now.</p>` : ""}
      ${setup ? "" : items(scope, session)}
      ${refused?.message ? html`<p role="alert" id="error">${refused.message}</p>` : ""}
      <form method="post" action="/c/pay/${session.id}" aria-label="Payment">
        <input type="hidden" name="form" value="${form}">
        <input type="hidden" name="total" value="${session.amount_total ?? 0}">
        ${contact(scope, session, refused)} ${
      detailFields(scope, session, refused?.fields ?? {})
    } ${free ? "" : methodFields(session.payment_method_types, scope.settings.mode)}
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
        <td>${formatMoney(item.amount_subtotal, item.currency)}</td>
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
      <tbody>${rows}${totalRows(session)}</tbody>
    </table>
  `;
}

/**
 * Renders the discount, the tax and the total below the items. Renders nothing if there is neither
 * a discount nor a tax.
 */
function totalRows(session: Session) {
  const { amount_discount = 0, amount_tax = 0 } = session.total_details ?? {};
  const money = (amount: number) => formatMoney(amount, session.currency ?? "usd");
  const rows: [string, number][] = [];
  if (amount_discount > 0) rows.push(["Discount", -amount_discount]);
  const isAdded = (session.amount_subtotal ?? 0) - amount_discount !== (session.amount_total ?? 0);
  if (session.automatic_tax.status === "complete") {
    rows.push([isAdded ? "Tax" : "Tax (included)", amount_tax]);
  }
  if (rows.length > 0) rows.push(["Total", session.amount_total ?? 0]);
  return rows.map(([name, amount]) =>
    html`
      <tr>
        <th scope="row">${name}</th>
        <td>${money(amount)}</td>
      </tr>
    `
  );
}

function contact(scope: Scope, session: Session, refused: Refused | undefined) {
  const fixed = fixedEmail(scope, session);
  const email = fixed ?? refused?.email ?? session.customer_details?.email ?? "";
  return html`
    <label for="email">Email</label>
    <input id="email" name="email" type="email" required autocomplete="email"
      value="${email}" ${fixed === null ? "" : "readonly"}>
    <label for="name">Name (optional)</label>
    <input id="name" name="name" autocomplete="cc-name" value="${refused?.name ?? ""}">
  `;
}
