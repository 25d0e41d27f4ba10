/**
 * Reads the Checkout Sessions of payments whose session event has not arrived, and records each
 * session in the inbox, like a delivered event. So a buyer who has paid does not wait for the
 * hourly backfill.
 */
import type { WaitingPayment } from "../../contracts/database/results/inbox.ts";
import { ApiError, detailOf } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";

const AT_ONCE = 5;

/** @returns whether the session was read and recorded */
async function readSession(services: Services, payment: WaitingPayment): Promise<boolean> {
  const { database, log, payments } = services;
  const { payment_id } = payment;
  try {
    const p_event = await (await payments()).readPaidSession(payment);
    if (p_event === null) {
      log("warn", "a waiting payment has no paid session", { payment_id });
      return false;
    }
    await database.rpc("inbox_receive", { p_event });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === "mode_mismatch") throw error;
    // After the lease expires, a later run reads the session again.
    const record = { payment_id, detail: detailOf(error) };
    log("warn", "the session of a waiting payment was not read", record);
    return false;
  }
}

/** Runs until no session is due or `untilMs` (milliseconds since 1970) has passed. */
export async function readSessions(services: Services, untilMs: number) {
  const done = { read: 0, failed: 0 };
  while (hasTime(services, untilMs)) {
    const due = await services.database.rpc("sessions_claim", { p_limit: AT_ONCE });
    const outcomes = await Promise.all(due.map((payment) => readSession(services, payment)));
    const read = outcomes.filter((isRead) => isRead).length;
    done.read += read;
    done.failed += outcomes.length - read;
    if (due.length === 0) break;
  }
  return done;
}
