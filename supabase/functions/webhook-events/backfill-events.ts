import { BackfillBody, Backfilled } from "../_shared/contracts/webhook-events.ts";
import { backfill } from "../_shared/domain/events/backfill.ts";
import { LONG_DEADLINE_MS } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

const HOUR_MS = 3_600_000;
/** The platform gives a request 150 s; what is begun by then is finished. */
const BUDGET_MS = 100_000;

/** Takes in the events of the last hours that Stripe could not deliver. */
export const backfillEvents = defineRoute({
  method: "post",
  path: "/backfill",
  summary: "Fetch events from Stripe that never arrived",
  who: ["operator"],
  limit: "default",
  deadlineMs: LONG_DEADLINE_MS,
  idempotent: false,
  body: BackfillBody,
  responses: { 200: Backfilled },
  asksUpstream: true,
  errors: ["mode_mismatch"],
  handler: async ({ body, services }) => {
    const nowMs = services.now().getTime();
    const sinceSeconds = Math.floor((nowMs - body.hours * HOUR_MS) / 1000);
    return ok(await backfill(services, { sinceSeconds, untilMs: nowMs + BUDGET_MS }));
  },
});
