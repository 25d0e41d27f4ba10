/** The mode of Stripe, test or live: the API key and the database must have the same mode. */
import type { Database } from "../adapters/database/database.ts";
import { ApiError } from "../core/errors.ts";
import type { Mode } from "../core/stripe-variables.ts";

/**
 * Checks that the database is in the mode of Stripe's key. A key's prefix gives the key's mode
 * (stripe-variables.ts), and an event's field `livemode` gives the event's mode (inbox-event.ts).
 * The database has the mode of its first event.
 * @throws ApiError `not_ready` if the database has received events of the other mode
 */
export async function checkMode(database: Database, mode: Mode): Promise<void> {
  try {
    await database.rpc("mode_check", { p_livemode: mode === "live" });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "mode_mismatch") throw error;
    const { database: other } = error.body.details ?? {};
    throw new ApiError("not_ready", {
      internal: `Modes differ: STRIPE_SECRET_KEY is ${mode}, the database is ${other}`,
      cause: error,
    });
  }
}
