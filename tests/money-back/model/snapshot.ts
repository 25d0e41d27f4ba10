/** A buyer's account after a step. The ledger and the model both describe it in this format. */
export interface Snapshot {
  balance: string;
  available: string;
  held: string;
  debt: string;
  /**
   * For each lot: the second of its creation, the source, the remaining credits, and whether the
   * lot is frozen; sorted.
   */
  lots: string[];
  /** For each hold: the name and the status; sorted. */
  holds: string[];
  /**
   * For each order: the name, the status, refunded and disputed minor units, and clawed-back
   * credits; sorted.
   */
  orders: string[];
  /**
   * For each booking: the name, the status, refunded and disputed minor units, and the provider's
   * money; sorted.
   */
  bookings: string[];
  /** For each author: the name, and the sum of the author's changes of the balance; sorted. */
  authors: string[];
}
