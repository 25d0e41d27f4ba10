/**
 * Transfers of a provider's share of a booking, separate from the payment: the first transfer, its
 * reversal, and the transfer that restores a reversed share.
 */
import type Stripe from "stripe";
import type { TransferToMake } from "../../contracts/database/results/bookings.ts";
import { type StripeCaller } from "./client.ts";
import { idOf } from "./stored-facts/object-id.ts";
import { requireObject } from "./failures.ts";
import { unavailable } from "./error-classes.ts";

export interface BookingTransfers {
  /**
   * Transfers a provider's share, reverses the transfer, or transfers a reversed share again; a
   * repeated call for the same step returns the same response.
   * @returns Stripe's id of the reversal or the transfer
   * @throws StripeRefused if Stripe refuses and has moved nothing; otherwise ApiError
   *   `upstream_unavailable`
   */
  makeTransfer(move: TransferToMake): Promise<string>;
}

/** Stripe groups the payment and the transfers of a booking by this name. */
export const groupOf = (bookingId: string): string => `booking-${bookingId}`;

/**
 * Names the charge of the buyer's payment as the source of the transfer. So Stripe allows the
 * transfer before the charged money is available.
 */
function sourceOf({ kind, charge_id }: TransferToMake): { source_transaction?: string } {
  // A restoration transfers money that the bank returned to the platform's balance. So, unlike the
  // first transfer, it cannot name the charge as its source.
  if (kind === "restoration") return {};
  if (charge_id === null) throw unknownCharge();
  return { source_transaction: charge_id };
}

function unknownCharge() {
  return unavailable("stripe: the booking's charge is unknown", 502);
}

export function createBookingTransfers({ call }: StripeCaller): BookingTransfers {
  async function transferOf({ charge_id, transfer_id }: TransferToMake): Promise<string> {
    if (transfer_id !== null) return transfer_id;
    if (charge_id === null) throw unknownCharge();
    const charge = await call((stripe) => stripe.charges.retrieve(charge_id));
    const transfer = idOf(requireObject(charge, "charge").transfer);
    if (transfer === null) throw unavailable("stripe: the charge has no transfer", 502);
    return transfer;
  }

  function check(made: Stripe.TransferReversal | Stripe.Transfer, move: TransferToMake): string {
    if (made.amount !== move.amount || made.currency !== move.currency) {
      throw unavailable("stripe: the transfer's amount or currency is not the requested one", 502);
    }
    return made.id;
  }

  return {
    async makeTransfer(move) {
      const { move_id, booking_id, amount, currency } = move;
      const metadata = { move_id, booking_id };
      const idempotencyKey = `transfer-${move_id}`;
      if (move.kind === "reversal") {
        const transfer = await transferOf(move);
        const made = await call((stripe) =>
          stripe.transfers.createReversal(transfer, { amount, metadata }, { idempotencyKey })
        );
        return check(requireObject(made, "transfer_reversal"), move);
      }
      const destination = move.stripe_account_id;
      if (destination === null) throw unavailable("stripe: the provider has no account", 502);
      const transfer_group = groupOf(booking_id);
      const source = sourceOf(move);
      const params = { amount, currency, destination, metadata, transfer_group, ...source };
      const made = await call((stripe) => stripe.transfers.create(params, { idempotencyKey }));
      return check(requireObject(made, "transfer"), move);
    },
  };
}
