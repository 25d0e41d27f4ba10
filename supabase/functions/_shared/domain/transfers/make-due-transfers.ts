/**
 * Transfers providers' delayed shares, reverses the shares of refunded and disputed payments, and
 * transfers reinstated shares again.
 */
import type { TransferToMake } from "../../contracts/database/results/bookings.ts";
import { withOwnTime } from "../../core/deadline.ts";
import { hasTime } from "../../core/isolate.ts";
import { detailOf } from "../../core/errors.ts";
import type { Services } from "../../http/route/app-services.ts";
import { StripeRefused } from "../../adapters/stripe/error-classes.ts";

const AT_ONCE = 5;

type TransferOutcome = "made" | "refused" | "unavailable";

async function make(services: Services, move: TransferToMake): Promise<TransferOutcome> {
  const { database, payments, log } = services;
  const { move_id: p_move_id } = move;
  try {
    const p_stripe_id = await (await payments()).makeTransfer(move);
    const made = { p_move_id, p_stripe_id, p_error: undefined, p_refused: undefined };
    await withOwnTime(() => database.rpc("transfers_finish", made));
    return "made";
  } catch (error) {
    const p_refused = error instanceof StripeRefused;
    log("warn", "transfer not made", { move_id: p_move_id, detail: detailOf(error) });
    const failed = { p_move_id, p_stripe_id: undefined, p_error: detailOf(error), p_refused };
    await withOwnTime(() => database.rpc("transfers_finish", failed)).catch((failure: unknown) => {
      // The transfer's status stays `requested`, so a later run requests the transfer again. It
      // sends the same idempotency key, so Stripe gives the same response.
      log("warn", "transfer result not stored", { detail: String(failure) });
    });
    return p_refused ? "refused" : "unavailable";
  }
}

/**
 * Stops when no transfer is due, when `untilMs` (milliseconds since 1970) has passed, or when
 * Stripe is unavailable.
 */
export async function makeDueTransfers(services: Services, untilMs: number) {
  const done = { made: 0, failed: 0 };
  while (hasTime(services, untilMs)) {
    const due = await services.database.rpc("transfers_claim", { p_limit: AT_ONCE });
    const outcomes = await Promise.all(due.map((move) => make(services, move)));
    const made = outcomes.filter((outcome) => outcome === "made").length;
    done.made += made;
    done.failed += outcomes.length - made;
    if (due.length === 0 || outcomes.includes("unavailable")) break;
  }
  return done;
}
