import { html } from "hono/html";
import { layout } from "./layout.ts";
import { cardsTable } from "./card-list.ts";
import { formatMoney } from "../payments/format-money.ts";
import { lineItemsOf, type Session, sessionOf, sessions } from "../resources/checkout-sessions.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import type { Scope } from "../store/scope.ts";

const SHOWN = 50;

/** Renders `/`: the open checkouts, newest first, the open payments, and a list of cards. */
export function rootPage(scope: Scope) {
  const open = [...sessions.values(scope)].filter(({ status }) => status === "open").toReversed();
  const list = open.length === 0
    ? html`<p>No checkout is open. <code>POST /functions/v1/checkout</code> opens one.</p>`
    : sessionsTable(scope, open.slice(0, SHOWN));
  const more = open.length > SHOWN
    ? html`<p class="note">And ${open.length - SHOWN} older.</p>`
    : "";
  return layout(
    "Stripe emulator",
    html`<h1>Stripe emulator</h1>
      <h2>Open checkouts</h2>
      ${list} ${more} ${openPayments(scope)}
      <h2>Cards</h2>
      ${cardsTable(scope.settings.mode)}`,
  );
}

/** Renders the payments that a shop confirms on its own page, each with a link to pay it here. */
function openPayments(scope: Scope) {
  const open = [...paymentIntents.values(scope)].filter((intent) =>
    intent.status.startsWith("requires_") && !sessionOf(scope, intent.id)
  );
  if (open.length === 0) return "";
  const rows = open.toReversed().slice(0, SHOWN).map((intent) =>
    html`
      <tr>
        <td>
          <a href="/_emulator/pay/${intent.id}?client_secret=${intent.client_secret}">
            ${intent.description ?? intent.id}
          </a>
        </td>
        <td>${formatMoney(intent.amount, intent.currency)}</td>
      </tr>
    `
  );
  return html`
    <h2>Open payments</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Payment</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}

function priceOf({ amount_total, currency }: Session): string {
  return formatMoney(amount_total ?? 0, currency ?? "usd");
}

function sessionsTable(scope: Scope, open: Session[]) {
  const rows = open.map((session) => {
    const what = session.mode === "setup"
      ? "Save a card"
      : lineItemsOf(scope, session).map((item) => item.description).join(", ");
    const until = new Date(session.expires_at * 1000).toISOString().slice(0, 16).replace("T", " ");
    return html`
      <tr>
        <td><a href="/c/pay/${session.id}">${what}</a></td>
        <td>${until} UTC</td>
        <td>${session.mode === "setup" ? "" : priceOf(session)}</td>
      </tr>
    `;
  });
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">Checkout</th>
          <th scope="col">Open until</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}
