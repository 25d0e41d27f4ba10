/** Spend caps: the maximum credits that a user may spend in one day, UTC. */
import { z } from "@hono/zod-openapi";
import { AmountOrZero, SignedAmount } from "./credit-amounts.ts";
import { NamedUser, text, Uuid } from "./fields.ts";
import { TimestampOut } from "./time-fields.ts";

export const SpendCap = z.object({
  user_id: Uuid,
  daily: SignedAmount.nullable().openapi({
    description: "The effective cap: the lower of `own_daily` and `imposed_daily`. Null: no cap.",
  }),
  own_daily: SignedAmount.nullable().openapi({ description: "The cap that the user set." }),
  imposed_daily: SignedAmount.nullable().openapi({
    description: "The cap that the back end or an operator set; the user can't lift it.",
  }),
  spent_today: SignedAmount,
  resets_at: TimestampOut,
}).openapi("SpendCap");

/** The response to a dry run of setting a spend cap. */
export const SpendCapPreview = SpendCap.extend({ dry_run: z.literal(true) })
  .openapi("SpendCapPreview");

export const SpendCapQuery = z.strictObject({ user_id: NamedUser });

export const SpendCapBody = z.strictObject({
  user_id: Uuid.optional().openapi({
    description:
      "For operators and secret keys: the user on whom a cap is imposed. A secret key must send it; an " +
      "operator who leaves it out sets their own cap.",
  }),
  daily: AmountOrZero.nullable().openapi({
    description:
      "Credits in a day, UTC; null removes this cap. A user sets their own cap; an operator or a " +
      "secret key sets the imposed cap.",
  }),
  reason: text(500).optional().openapi({
    description: "Why the cap changes. Stored in the audit log.",
  }),
  dry_run: z.boolean().default(false).openapi({
    description:
      "true returns the caps as the change would leave them, and changes nothing. The Idempotency-Key " +
      "is not used up.",
  }),
}).openapi("SpendCapRequest");
