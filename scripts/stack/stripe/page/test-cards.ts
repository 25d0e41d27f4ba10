/** What buyers can try on the hosted page: the few ways to pay that tell the most. */
import { html } from "hono/html";

const WAYS: [string, string][] = [
  ["4242 4242 4242 4242", "pays"],
  ["4000 0000 0000 0002", "declined"],
  ["4000 0000 0000 9995", "no funds"],
  ["4000 0027 6000 3184", "asks the bank first"],
  ["Bank debit", "pays or fails later, as chosen"],
];

/** As a table, with any date to come and any security code. */
export function testCardsTable() {
  const rows = WAYS.map(([card, ending]) =>
    html`
      <tr>
        <td>${card}</td>
        <td>${ending}</td>
      </tr>
    `
  );
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">Test card</th>
          <th scope="col">What happens</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
    <p class="note">With any date to come and any security code.</p>
  `;
}

/** The line above the card's fields. */
export function testCardsLine() {
  const [pays, declined, noFunds] = WAYS.map(([card]) => html`<span class="number">${card}</span>`);
  return html`<p class="note">Test cards: ${pays} pays, ${declined} is declined, ${noFunds} has no
    funds. Any date to come, any security code.</p>`;
}
