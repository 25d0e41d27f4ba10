/** The test cards that the pages list, which are a short selection of all test cards. */
import { html } from "hono/html";

const WAYS: [string, string][] = [
  ["4242 4242 4242 4242", "pays"],
  ["4000 0000 0000 0002", "declined"],
  ["4000 0000 0000 9995", "no funds"],
  ["4000 0027 6000 3184", "pays after the bank has authenticated the buyer"],
  ["4000 0000 0000 0341", "can be saved, never pays"],
  ["4000 0000 0000 0259", "pays, then the bank disputes it"],
  ["4000 0000 0000 5423", "pays, then its network warns of fraud"],
  ["4000 0000 0000 7726", "pays; a refund is pending at first"],
  ["4000 0000 0000 5126", "pays; a refund fails afterwards"],
  ["Bank debit", "pays or fails later, as chosen"],
];

/** Renders the test cards as a table. */
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

/** Renders the line of test cards above the fields for the card. */
export function testCardsLine() {
  const [pays, declined, noFunds] = WAYS.map(([card]) => html`<span class="number">${card}</span>`);
  return html`<p class="note">Test cards: ${pays} pays, ${declined} is declined, ${noFunds} has no
    funds. Any date to come, any security code.</p>`;
}
