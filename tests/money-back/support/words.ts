/** The end of a story, as its writer says it. */
import type { Seen } from "./ledger.ts";

/** "name status refunded disputed taken-back", as a snapshot has it. */
function orderInWords(line: string): string {
  const [name, status, , , clawedBack] = line.split(" ");
  return `${name} ${status}, ${clawedBack} back`;
}

/** "name status refunded disputed share", as a snapshot has it. */
function bookingInWords(line: string): string {
  const [name, status, , , share] = line.split(" ");
  return `${name} ${status}, its provider has ${share}`;
}

export function inWords({ balance, available, debt, orders, bookings }: Seen["seen"]): string {
  // The door knows nobody who has left.
  const account = `has ${balance}, may spend ${available ?? "0"}, owes ${debt}`;
  return [account, ...orders.map(orderInWords), ...bookings.map(bookingInWords)].join("; ");
}
