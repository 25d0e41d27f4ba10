/** What can be seen of a buyer's account after a step, the same of the ledger and of the model. */
export interface Snapshot {
  balance: string;
  available: string;
  held: string;
  debt: string;
  /** Second of its making, source, remaining, and whether it is frozen; sorted. */
  lots: string[];
  /** Name and status; sorted. */
  holds: string[];
  /** Name, status, minor units refunded, and disputed (open or lost), credits clawed back; sorted. */
  orders: string[];
  /** Name, status, minor units refunded and disputed, and what its provider has; sorted. */
  bookings: string[];
  /** Each author, and what they have added to the balance or taken from it; sorted. */
  authors: string[];
}
