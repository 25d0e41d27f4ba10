/**
 * Test and live money never meet: the key, the events and the database have to be of one mode. The key's is
 * its prefix (env.ts), the events' is their `livemode` (inbox-event.ts), and the database's that of the first
 * event it took.
 */
import type { Database } from "../database/database.ts";
import type { Mode } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";

/** @throws ApiError `not_ready` where the database has taken events of the other mode */
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
