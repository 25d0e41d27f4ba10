/** The database functions of refunds. */
import type { z } from "@hono/zod-openapi";
import type * as refunds from "../contracts/refunds.ts";
import type { ErrorBody } from "../http/errors.ts";
import type { Fn, Once, Optional } from "./functions.ts";

export type RefundAnswer = z.output<typeof refunds.Refund>;

/** What Stripe needs to know of a refund. */
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

interface BeginArgs extends Once {
  p_order_id: Optional<string>;
  p_booking_id: Optional<string>;
  /** Digits; all that is left where there are none. */
  p_amount: Optional<string>;
  p_reason: Optional<string>;
}

/** The next step of a refund: answer with what is stored, or ask Stripe. */
export type RefundStep =
  | { step: "replay"; status: number; data: RefundAnswer | ErrorBody }
  | { step: "send"; refund: RefundToSend };

interface AttachArgs {
  p_refund_id: string;
  p_stripe_refund_id: string;
}

interface ListArgs {
  p_order_id: Optional<string>;
  p_booking_id: Optional<string>;
  p_before: Optional<string>;
  p_limit: number;
}

interface RefundsPage {
  refunds: RefundAnswer[];
  next_before: string | null;
}

/** A refund that Stripe has not got; `p_idempotency_key` is freed where one is named. */
interface NotSentArgs {
  p_refund_id: string;
  p_error: string;
  p_idempotency_key?: Optional<string>;
}

export interface RefundFunctions {
  refunds_begin: Fn<BeginArgs, RefundStep>;
  /** Notes Stripe's id. Moves no credits. */
  refunds_attach: Fn<AttachArgs, RefundAnswer>;
  /** Stripe said a definite no: the refund has failed. */
  refunds_refuse: Fn<NotSentArgs, RefundAnswer>;
  /** Whether Stripe has it is not known: it stays, for a repeat or for the runner. */
  refunds_postpone: Fn<NotSentArgs, RefundAnswer>;
  /** Stores the answer as the refund stands now. */
  refunds_finish: Fn<
    { p_refund_id: string; p_idempotency_key: string },
    { status: number; data: RefundAnswer }
  >;
  refunds_read: Fn<{ p_refund_id: string }, RefundAnswer>;
  refunds_list: Fn<ListArgs, RefundsPage>;
  /** Refunds that are due and that nobody sends; each is given out once until its next time comes. */
  refunds_claim: Fn<{ p_limit: number }, RefundToSend[]>;
}
