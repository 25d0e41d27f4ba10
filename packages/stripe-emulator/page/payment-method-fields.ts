import { html } from "hono/html";
import type { Mode } from "../core/settings.ts";
import { cardsLine, payingCard } from "./card-list.ts";

/** Renders the offered payment methods and their fields. */
export function methodFields(offered: string[], mode: Mode) {
  const card = offered.includes("card");
  return html`${card ? cardFields(mode) : ""}
    ${offered.includes("us_bank_account") ? debitFields(!card) : ""}`;
}

function cardFields(mode: Mode) {
  return html`
    <fieldset>
      <legend>Card</legend>
      <label class="choice">
        <input type="radio" name="method" value="card" checked>
        <span>Pay by card, at once</span>
      </label>
      ${cardsLine(mode)}
      <label for="number">Card number</label>
      <input id="number" name="number" inputmode="numeric" autocomplete="cc-number"
        placeholder="${payingCard(mode)}" maxlength="24">
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
