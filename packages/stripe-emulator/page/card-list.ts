/** The cards that the pages list: a short selection of the cards that work in test or live mode. */
import { html } from "hono/html";
import type { Mode } from "../core/settings.ts";

type Card = readonly [number: string, ending: string];

const TEST_CARDS: readonly Card[] = [
  ["4242 4242 4242 4242", "pays"],
  ["4000 0000 0000 0002", "declined"],
  ["4000 0000 0000 9995", "no funds"],
  ["4000 0027 6000 3184", "pays after the bank has authenticated the buyer"],
  ["4000 0000 0000 0341", "can be saved, never pays"],
  ["4000 0000 0000 0259", "pays, then the bank disputes it"],
  ["4000 0000 0000 5423", "pays, then its network warns of fraud"],
  ["4000 0000 0000 7726", "pays; a refund is pending at first"],
  ["4000 0000 0000 5126", "pays; a refund fails afterwards"],
];

const LIVE_CARDS: readonly Card[] = [
  ["9999 0000 0000 0004", "pays"],
  ["9999 0100 0000 0003", "no funds"],
  ["9999 0200 0000 0002", "pays after the bank has authenticated the buyer"],
  ["9999 0300 0000 0001", "pays, then the bank disputes it"],
];

const CARDS = { test: TEST_CARDS, live: LIVE_CARDS } as const;

/** Returns the number of a card whose payments succeed in this mode. */
export const payingCard = (mode: Mode) => CARDS[mode][0]![0];

const DEBIT: Card = ["Bank debit", "pays or fails later, as chosen"];

const NOTES: Readonly<Record<Mode, string>> = {
  test: "Use any future expiry date and any security code.",
  live: "Cards of the emulator's live mode, where no money moves. Test cards and real cards are " +
    "declined: never enter a real one. Use any future expiry date and any security code.",
};

/** Renders the cards as a table. */
export function cardsTable(mode: Mode) {
  const rows = [...CARDS[mode], DEBIT].map(([card, ending]) =>
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
          <th scope="col">Card</th>
          <th scope="col">What happens</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
    <p class="note">${NOTES[mode]}</p>
  `;
}

const number = (card: string) => html`<span class="number">${card}</span>`;

/** Renders the line above the form's card fields, which lists some card numbers. */
export function cardsLine(mode: Mode) {
  const [pays = "", declined = "", noFunds = ""] = CARDS[mode].map(([card]) => card);
  if (mode === "live") {
    return html`<p class="note">Live mode of the emulator: no money moves. ${number(pays)} pays,
    ${number(declined)} has no funds. Test cards and real cards are declined: never enter a real
    one. Use any future expiry date and any security code.</p>`;
  }
  return html`<p class="note">Test cards: ${number(pays)} pays, ${number(declined)} is declined,
    ${number(noFunds)} has no funds. Use any future expiry date and any security code.</p>`;
}
