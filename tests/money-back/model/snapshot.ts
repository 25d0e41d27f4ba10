/** A buyer's account after a step, in the same form for the ledger and for the model. */
export interface Snapshot {
  balance: string;
  available: string;
  held: string;
  debt: string;
  /**
   * The second of creation, the source, the remaining credits, and whether the lot is frozen;
   * sorted.
   */
  lots: string[];
  /** The name and the status; sorted. */
  holds: string[];
  /**
   * The name, the status, refunded and disputed minor units, and the credits clawed back; sorted.
   */
  orders: string[];
  /** The name, the status, refunded and disputed minor units, and the provider's money; sorted. */
  bookings: string[];
  /** Each author, and the sum of the author's changes of the balance; sorted. */
  authors: string[];
}
