/** The end of a story, as its writer says it. */
import type { Seen } from "./ledger.ts";

/** "name status refunded disputed taken-back", as a snapshot has it. */
function orderInWords(line: string): string {
  const [name, status, , , takenBack] = line.split(" ");
  return `${name} ${status}, ${takenBack} back`;
}

export function inWords({ balance, available, debt, orders }: Seen["seen"]): string {
  // The door knows nobody who has left.
  const account = `has ${balance}, may spend ${available ?? "0"}, owes ${debt}`;
  return [account, ...orders.map(orderInWords)].join("; ");
}
