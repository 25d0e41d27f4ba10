import { ReplayBody, Replayed } from "../_shared/contracts/webhook-events.ts";
import { LONG_DEADLINE_MS } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/**
 * Each event in a transaction of its own: one that fails holds up none of the others, and no transaction
 * locks the accounts of two users.
 */
export const replayDead = defineRoute({
  method: "post",
  path: "/replay",
  summary: "Apply all dead-lettered events again",
  who: ["operator"],
  limit: "default",
  deadlineMs: LONG_DEADLINE_MS,
  idempotent: false,
  body: ReplayBody,
  responses: { 200: Replayed },
  handler: async ({ body, services }) => {
    const { database } = services;
    const done = { replayed: 0, processed: 0, deferred: 0, ignored: 0, failed: 0 };
    for (const p_event_id of await database.rpc("inbox_dead", { p_limit: body.limit })) {
      const { state } = await database.rpc("inbox_replay", { p_event_id });
      done.replayed += 1;
      if (state === "processed" || state === "deferred" || state === "ignored") done[state] += 1;
      else done.failed += 1;
    }
    return ok(done);
  },
});
