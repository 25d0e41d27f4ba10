/** Results of the functions of refunds. */
import type * as refunds from "../../refunds.ts";
import type { Finished, Of, Page, Replay } from "./shapes.ts";

export type RefundAnswer = Of<typeof refunds.Refund>;

/** The fields that Stripe needs of a refund. */
export interface RefundToSend {
  refund_id: string;
  payment_id: string;
  order_id: string | null;
  booking_id: string | null;
  /** In minor units. */
  amount: number;
  currency: string;
  reason: string | null;
  /** Of a payment on to a provider: their part comes back. */
  connected: boolean;
  /** And so does our fee, where one was taken. */
  has_fee: boolean;
  /** Written upon the refund. */
  mark: string;
}

/** The next step of a refund: answer with what is stored, or ask Stripe. */
export type RefundStep =
  | Replay<RefundAnswer>
  | { step: "send"; refund: RefundToSend };

export interface RefundResults {
  refunds_begin: RefundStep;
  /** Notes Stripe's id. Moves no credits. */
  refunds_attach: RefundAnswer;
  /** Stripe said a definite no: the refund has failed. */
  refunds_refuse: RefundAnswer;
  /** Whether Stripe has it is not known: it stays, for a repeat or for the runner. */
  refunds_postpone: RefundAnswer;
  /** Stores the answer as the refund stands now. */
  refunds_finish: Finished<RefundAnswer>;
  refunds_read: RefundAnswer;
  refunds_list: Page<"refunds", RefundAnswer>;
  /** Refunds that are due and that nobody sends; each is given out once until its next time comes. */
  refunds_claim: RefundToSend[];
}
