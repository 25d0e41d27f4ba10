import { z } from "@hono/zod-openapi";
import { Balance, BalanceQuery, Debit, DebitBody } from "../_shared/contracts/credits.ts";
import {
  SpendCap,
  SpendCapBody,
  SpendCapPreview,
  SpendCapQuery,
} from "../_shared/contracts/spend-caps.ts";
import { subjectOf } from "../_shared/core/whose-data.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { ok } from "../_shared/http/reply/reply.ts";

/**
 * Reads the current balance with its lots and holds. With `?at=`, reads only the balance at that
 * past time.
 */
export const readBalance = defineRoute({
  method: "get",
  path: "/",
  summary: "Read the balance, now or at a past moment",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  query: BalanceQuery,
  responses: { 200: Balance },
  errors: ["not_found"],
  handler: async ({ caller, query, services }) =>
    ok(
      await services.database.rpc("credits_balance", {
        p_user_id: subjectOf(caller, query.user_id),
        p_at: query.at,
      }),
    ),
});

/** Debits credits, in burn-down order, for anything other than metered usage. */
export const debitCredits = defineRoute({
  method: "post",
  path: "/debits",
  summary: "Debit credits of a user",
  who: ["secret"],
  limit: "default",
  idempotent: true,
  body: DebitBody,
  responses: { 200: Debit, 201: Debit },
  errors: ["insufficient_credits", "spend_cap_reached", "reference_conflict", "not_found"],
  handler: (call) =>
    idempotent(call, "credits_debit", {
      p_user_id: call.body.user_id,
      p_amount: call.body.amount,
      p_reason: call.body.reason,
      p_reference_id: call.body.reference_id,
      p_correlation_id: call.context.traceId,
      p_once: call.body.once,
    }),
});

/** Reads the daily spend cap and today's spending. */
export const readSpendCap = defineRoute({
  method: "get",
  path: "/spend-cap",
  summary: "Read the daily spend cap",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  query: SpendCapQuery,
  responses: { 200: SpendCap },
  errors: ["not_found"],
  handler: async ({ caller, query, services }) =>
    ok(
      await services.database.rpc("spend_caps_read", {
        p_user_id: subjectOf(caller, query.user_id),
      }),
    ),
});

/**
 * Sets or removes a daily spend cap. A user sets the cap of their own spending. An operator or a
 * secret key imposes a cap on the user that the body names.
 */
export const setSpendCap = defineRoute({
  method: "post",
  path: "/spend-cap",
  summary: "Set the daily spend cap",
  description:
    "Debits, usage and holds that would exceed the cap get 402 `spend_cap_reached`, and " +
    "`details.resets_at` says when the cap resets. An operator or a secret key imposes a cap on " +
    "another user, which that user can't lift. With `dry_run` the response has the caps that the change " +
    "would leave.",
  who: ["user", "secret", "operator"],
  limit: "default",
  idempotent: true,
  body: SpendCapBody,
  responses: { 200: z.union([SpendCapPreview, SpendCap]) },
  errors: ["not_found"],
  handler: async (call) => {
    const { caller, body, services } = call;
    const cap = { p_user_id: subjectOf(caller, body.user_id), p_daily: body.daily };
    // A dry run uses no idempotency key, because its figures must be computed anew for each
    // request.
    if (body.dry_run) return ok(await services.database.rpc("spend_caps_preview", cap));
    return await idempotent(call, "spend_caps_set", { ...cap, p_reason: body.reason });
  },
});
