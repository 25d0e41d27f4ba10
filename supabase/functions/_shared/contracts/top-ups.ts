/** Auto top-up. Credits are decimal strings; money is an integer in the currency's minor unit. */
import { z } from "@hono/zod-openapi";
import { Currency, Money } from "./money.ts";
import { Amount, SignedAmount } from "./credit-amounts.ts";
import { NamedUser, Uuid } from "./fields.ts";
import { TimestampOut } from "./time-fields.ts";
import { ReturnUrl } from "./checkout.ts";

const Price = Money.openapi({ example: 2000 });

const Charge = z.object({
  order_id: Uuid,
  status: z.string().openapi({ description: "The status of the charge's order." }),
  amount: Price,
  currency: Currency,
  credits: SignedAmount,
  failure_code: z.string().nullable().openapi({ example: "insufficient_funds" }),
  created_at: TimestampOut,
});

/** All fields are null if the payment method is not a card, and for some seconds after the card was saved. */
const SavedCard = z.object({
  brand: z.string().nullable().openapi({ example: "visa" }),
  last4: z.string().nullable().openapi({ example: "4242" }),
  exp_month: z.int().nullable().openapi({ example: 12 }),
  exp_year: z.int().nullable().openapi({ example: 2030 }),
});

export const TopUps = z.object({
  enabled: z.boolean(),
  threshold: SignedAmount.nullable(),
  target: SignedAmount.nullable(),
  monthly_cap: Price.nullable(),
  currency: Currency,
  consented_at: TimestampOut.nullable(),
  state: z.enum(["off", "card_missing", "on", "charging", "authentication_required", "paused"]),
  paused: z.enum(["failures", "card_gone", "refunded"]).nullable(),
  failures: z.int().openapi({ description: "The number of failed charges in a row." }),
  next_attempt_at: TimestampOut.nullable(),
  charged_this_month: Price.openapi({
    description: "The amount charged in this calendar month, UTC.",
  }),
  card: SavedCard.nullable().openapi({ description: "The saved card; null without one." }),
  link: z.string().nullable().openapi({
    description: "The page on which the user pays the open charge; the user's bank requires a " +
      "confirmation.",
  }),
  pending_charge: Charge.nullable().openapi({
    description:
      "The charge that Stripe has accepted, or may have accepted, and has not reported " +
      "as paid or failed. It may still be paid after the user opts out or removes the card. null " +
      "if there is none.",
  }),
  charges: z.array(Charge).openapi({ description: "The last ten charges, newest first." }),
}).openapi("TopUps");

export const TopUpsQuery = z.strictObject({ user_id: NamedUser });

export const TopUpsBody = z.strictObject({
  enabled: z.boolean().openapi({
    description: "true: the user consents to these terms; false: the user opts out.",
  }),
  threshold: Amount.openapi({
    description: "A charge is made when the available credits fall below this.",
  }),
  target: Amount.openapi({
    description: "A charge buys enough credits to raise the available credits to this number.",
  }),
  monthly_cap: z.int().min(1).openapi({
    description: "The most that is charged in a calendar month, UTC, in the currency's minor unit.",
    example: 2000,
  }),
}).openapi("TopUpsRequest");

export const CardBody = z.strictObject({
  success_url: ReturnUrl.optional(),
  cancel_url: ReturnUrl.optional(),
}).openapi("SaveCardRequest");

export const CardPage = z.object({ setup_url: z.string() }).openapi("SaveCard");
