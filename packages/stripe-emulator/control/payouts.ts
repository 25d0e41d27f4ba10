import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import { invalidRequest } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import {
  adjustPayout,
  deliverPayout,
  failPayout,
  makePayout,
  omitFromPayout,
  payableCurrencies,
} from "../payments/payouts.ts";
import { releasePending } from "../resources/balance-transactions.ts";
import { payouts } from "../resources/payouts.ts";

const makeBody = z.strictObject({
  currency: z.string().length(3).toLowerCase().optional(),
  /**
   * Whether to make all pending money available first, as if the two days of waiting had passed.
   */
  release_pending: z.boolean().default(false),
  /**
   * Whether the bank pays the payouts now. If false, the payouts stay `pending` until a later
   * request under `/_emulator` ends them.
   */
  deliver: z.boolean().default(true),
  /** If given, only the money of these payment intents is paid out. */
  payments: z.array(z.string()).optional(),
  /** Days from now until the arrival date. A negative number makes the payout overdue. */
  arrives_in_days: z.int().optional(),
});

const adjustBody = z.strictObject({ amount: z.int() });

const omitBody = z.strictObject({ transaction: z.string() });

const settleBody = z.strictObject({
  outcome: z.enum(["paid", "failed"]),
  failure_code: z.enum([
    "account_closed",
    "account_frozen",
    "could_not_process",
    "debit_not_authorized",
    "declined",
    "no_account",
  ]).default("could_not_process"),
});

/**
 * Requests under `/_emulator` that make automatic payouts, end a payout, book a movement into a
 * payout, or remove a balance transaction from a payout's list.
 */
export function payoutControls(engine: Engine): Hono {
  const app = new Hono();
  app.post("/payouts", async (c) => {
    const { release_pending, deliver, ...request } = await readBody(c, makeBody);
    const scope = engine.scope();
    if (release_pending) releasePending(scope);
    const currencies = payableCurrencies(scope, request);
    if (currencies.length === 0) {
      throw invalidRequest(
        "No money is available to pay out, because each payment stays pending for two days. Send " +
          "release_pending: true to pay it out now.",
      );
    }
    const made = currencies.map((each) => makePayout(scope, { ...request, currency: each }));
    const data = deliver ? made.map((each) => deliverPayout(scope, each)) : made;
    engine.store.flush();
    return c.json({ data });
  });
  app.post("/payouts/:id/settle", async (c) => {
    const { outcome, failure_code } = await readBody(c, settleBody);
    const scope = engine.scope();
    const payout = payouts.get(scope, c.req.param("id"));
    const ended = outcome === "paid"
      ? deliverPayout(scope, payout)
      : failPayout(scope, payout, failure_code);
    engine.store.flush();
    return c.json(ended);
  });
  app.post("/payouts/:id/adjust", async (c) => {
    const { amount } = await readBody(c, adjustBody);
    const scope = engine.scope();
    const payout = payouts.get(scope, c.req.param("id"));
    adjustPayout(scope, payout, amount);
    engine.store.flush();
    return c.json(payout);
  });
  app.post("/payouts/:id/omit", async (c) => {
    const { transaction } = await readBody(c, omitBody);
    const scope = engine.scope();
    const payout = payouts.get(scope, c.req.param("id"));
    omitFromPayout(scope, payout, transaction);
    engine.store.flush();
    return c.json(payout);
  });
  return app;
}
