/** Describes the end of a test case in words. */
import type { Seen } from "./real-ledger.ts";

/** Describes an order. Its line in a snapshot is "name status refunded disputed clawed-back". */
function orderInWords(line: string): string {
  const [name, status, , , clawedBack] = line.split(" ");
  return `${name} ${status}, ${clawedBack} back`;
}

/** Describes a booking. Its line in a snapshot is "name status refunded disputed share". */
function bookingInWords(line: string): string {
  const [name, status, , , share] = line.split(" ");
  return `${name} ${status}, its provider has ${share}`;
}

export function inWords({ balance, available, debt, orders, bookings }: Seen["seen"]): string {
  // The RPC function returns no available credits for a deleted user.
  const account = `has ${balance}, may spend ${available ?? "0"}, owes ${debt}`;
  return [account, ...orders.map(orderInWords), ...bookings.map(bookingInWords)].join("; ");
}
