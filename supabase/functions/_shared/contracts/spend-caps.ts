/** Spend caps: the maximum credits that a user may spend in one day, UTC. */
import { z } from "@hono/zod-openapi";
import { AmountOrZero, NamedUser, SignedAmount, TimestampOut, Uuid } from "./common.ts";

export const SpendCap = z.object({
  user_id: Uuid,
  daily: SignedAmount.nullable().openapi({
    description: "The effective cap: the lower of `own_daily` and `imposed_daily`. Null: no cap.",
  }),
  own_daily: SignedAmount.nullable().openapi({ description: "The cap that the user set." }),
  imposed_daily: SignedAmount.nullable().openapi({
    description: "The cap that the back end set; the user can't lift it.",
  }),
  spent_today: SignedAmount,
  resets_at: TimestampOut,
}).openapi("SpendCap");

export const SpendCapQuery = z.strictObject({ user_id: NamedUser });

export const SpendCapBody = z.strictObject({
  user_id: Uuid.optional(),
  daily: AmountOrZero.nullable().openapi({
    description:
      "Credits in a day, UTC; null removes this cap. A user sets their own cap, a secret key the " +
      "imposed one.",
  }),
}).openapi("SpendCapRequest");
