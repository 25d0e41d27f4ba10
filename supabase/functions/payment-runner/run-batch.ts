import { PaymentRunnerReport } from "../_shared/contracts/runners.ts";
import { backfillIfDue } from "../_shared/domain/events/backfill.ts";
import { readSessions } from "../_shared/domain/events/read-sessions.ts";
import { RUNNER_DEADLINE_MS } from "../_shared/core/deadline.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { listBalance } from "../_shared/domain/payouts/list-balance.ts";
import { reconcilePayouts } from "../_shared/domain/payouts/reconcile.ts";
import { sendDueRefunds } from "../_shared/domain/refunds/send-due-refunds.ts";
import { grantWelcomeCredits } from "../_shared/domain/welcome/grant-welcome.ts";
import { updateCards } from "../_shared/domain/saved-cards/update-cards.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { runTopUps } from "../_shared/domain/top-ups/run-top-ups.ts";
import { makeDueTransfers } from "../_shared/domain/transfers/make-due-transfers.ts";

/**
 * The platform ends a request after 150 s; the remaining 50 s are for finishing the calls in
 * progress.
 */
const BUDGET_MS = 100_000;

type Report = (typeof PaymentRunnerReport)["_output"];

/**
 * Runs all parts in parallel. A failed part does not stop the other parts: for example, a refund is
 * sent even if Stripe's list of events is unavailable. If a part failed, the response is that
 * part's error, so that monitoring sees the failure.
 */
async function run(services: Services): Promise<Report> {
  const untilMs = services.now().getTime() + BUDGET_MS;
  const refunding = sendDueRefunds(services, untilMs);
  const backfilling = backfillIfDue(services, untilMs);
  const readingSessions = readSessions(services, untilMs);
  const toppingUp = runTopUps(services, untilMs);
  const reconciling = reconcilePayouts(services, untilMs);
  const transferring = makeDueTransfers(services, untilMs);
  const welcoming = grantWelcomeCredits(services, untilMs);
  const updatingCards = updateCards(services, untilMs);
  const listing = listBalance(services, untilMs);
  await Promise.allSettled([
    refunding,
    toppingUp,
    backfilling,
    readingSessions,
    reconciling,
    transferring,
    listing,
    updatingCards,
    welcoming,
  ]);
  const refunds = await refunding;
  const topUps = await toppingUp;
  const payouts = await reconciling;
  const events = await backfilling;
  const sessions = await readingSessions;
  const transfers = await transferring;
  const balance = await listing;
  const cards = await updatingCards;
  return {
    refunds_sent: refunds.sent,
    refunds_failed: refunds.failed,
    transfers_made: transfers.made,
    transfers_failed: transfers.failed,
    top_ups_charged: topUps.charged,
    top_ups_failed: topUps.failed,
    welcome_granted: await welcoming,
    cards_updated: cards.updated,
    cards_failed: cards.failed,
    payouts_reconciled: payouts.reconciled,
    payouts_failed: payouts.failed,
    transactions_listed: balance.listed,
    balance_failed: balance.failed,
    events_backfilled: events.received,
    events_unreadable: events.unreadable,
    sessions_read: sessions.read,
    sessions_failed: sessions.failed,
  };
}

/** Does all due work with payments for at most about two minutes, and reports the results. */
export const runBatch = defineRoute({
  method: "post",
  path: "/",
  summary:
    "Send due refunds and transfers, charge top-ups, read cards, fetch events, reconcile payouts",
  description: "Responds when no more work is due, or when the time of the run is used up.",
  who: ["secret"],
  limit: "none",
  deadlineMs: RUNNER_DEADLINE_MS,
  idempotent: false,
  responses: { 200: PaymentRunnerReport },
  asksUpstream: true,
  errors: ["mode_mismatch"],
  handler: async ({ services }) => {
    const batch = run(services);
    // The database calls this route with pg_net, which waits only some seconds for the response.
    // waitUntil keeps the isolate alive until the work is done.
    services.waitUntil(batch.catch(() => {}));
    return ok(await batch);
  },
});
