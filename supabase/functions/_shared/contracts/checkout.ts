/** Packages on sale, checkout sessions and orders. Money is an integer in the currency's minor unit. */
import { z } from "@hono/zod-openapi";
import { Currency, CurrencyCode, MAX_AMOUNT, Money } from "./money.ts";
import { SignedAmount } from "./credit-amounts.ts";
import { NamedUser, text, Uuid } from "./fields.ts";
import { listQuery } from "./list-query.ts";
import { TimestampOut } from "./time-fields.ts";

export const Price = z.strictObject({
  currency: CurrencyCode,
  amount: z.int().min(1).max(MAX_AMOUNT).openapi({
    description: "In the currency's minor unit.",
    example: 999,
  }),
}).openapi("Price");

export const Package = z.object({
  id: z.string(),
  slug: z.string().openapi({
    description: "Requests may name the package by its slug or by its id.",
    example: "starter",
  }),
  name: z.string(),
  description: z.string().nullable(),
  highlight: z.boolean(),
  amount: Money.openapi({ description: "The first of `prices`, in the currency's minor unit." }),
  currency: Currency,
  prices: z.array(Price).openapi({
    description: "The price in each currency; a checkout may choose one by `currency`.",
  }),
  credits: SignedAmount,
  bonus_credits: SignedAmount,
  total_credits: SignedAmount,
}).openapi("Package");

// z.url() is not used, because it would trim the text, and domain/return-urls.ts must check the
// text as it was sent.
export const ReturnUrl = z.string().max(2048)
  .openapi({
    format: "uri",
    description: "The URL must begin with an origin of APP_ORIGINS, character for character.",
  });

const ReturnUrlOfOrder = ReturnUrl.openapi({
  description: "The URL must begin with an origin of APP_ORIGINS, character for character. " +
    "After the origin, {ORDER_ID} (also %7BORDER_ID%7D) is replaced by the order's id.",
  example: "https://app.example.com/paid?order={ORDER_ID}",
});

export const CheckoutBody = z.strictObject({
  package_id: text(64).openapi({ description: "The package's slug or id.", example: "starter" }),
  currency: CurrencyCode.optional().openapi({
    description: "One of the package's currencies; by default the first one.",
  }),
  success_url: ReturnUrlOfOrder.optional(),
  cancel_url: ReturnUrlOfOrder.optional(),
  client_temp_id: text(100).optional(),
}).openapi("CheckoutRequest");

const orderFields = {
  order_id: Uuid,
  kind: z.enum(["package", "top_up"]).openapi({
    description:
      "package: a purchase of a package; top_up: an automatic charge, which has no package.",
  }),
  expires_at: TimestampOut,
  package_id: z.string().nullable(),
  package_slug: z.string().nullable(),
  package_name: z.string().nullable(),
  amount: Money.openapi({
    description: "The price, in the currency's minor unit; the same as `amount_subtotal`.",
  }),
  currency: Currency,
  amount_subtotal: Money.openapi({
    description:
      "The price before discounts, in the currency's minor unit. It contains the tax only " +
      "if the shop's prices contain it.",
  }),
  amount_discount: Money.nullable().openapi({
    description: "The discount by a promotion code, in the currency's minor unit; null until paid.",
    example: 0,
  }),
  amount_tax: Money.nullable().openapi({
    description:
      "The tax in amount_total, in the currency's minor unit; null until paid. It is not part of " +
      "the price of the credits.",
    example: 0,
  }),
  amount_total: Money.nullable().openapi({
    description: "The money that the buyer paid, after the discount and with the tax, in the " +
      "currency's minor unit; null until paid, 0 if a code left nothing to pay.",
  }),
  invoice_id: z.string().nullable().openapi({
    description:
      "Stripe's invoice of the purchase; null until paid, and if Stripe made no invoice.",
    example: "in_1Q8",
  }),
  has_tax_id: z.boolean().nullable().openapi({
    description: "Whether the buyer gave Stripe a tax id. Stripe stores it; Farthing does not.",
  }),
  credits: SignedAmount,
  bonus_credits: SignedAmount,
  total_credits: SignedAmount,
  amount_refunded: Money.openapi({
    description: "The sum of the refunds that have not failed.",
  }),
  amount_disputed: Money.openapi({
    description: "The part of the price that open and lost disputes withdrew.",
  }),
  credits_taken_back: SignedAmount,
  client_temp_id: z.string().nullable(),
  paid_at: TimestampOut.nullable(),
  created_at: TimestampOut,
};

/** An open checkout. The buyer pays at `checkout_url`. */
export const Checkout = z.object({
  ...orderFields,
  status: z.enum(["pending", "processing", "paid"]).openapi({
    description:
      "Normally pending; processing or paid if the buyer paid before this response was " +
      "sent.",
  }),
  checkout_session_id: z.string(),
  checkout_url: z.string(),
}).openapi("Checkout");

export const Order = z.object({
  ...orderFields,
  status: z.enum([
    "pending",
    "processing",
    "paid",
    "failed",
    "expired",
    "partially_refunded",
    "refunded",
    "disputed",
  ]),
  checkout_session_id: z.string().nullable(),
  checkout_url: z.string().nullable(),
}).openapi("Order");

export const OrdersQuery = z.strictObject({
  ...listQuery,
  cursor: Uuid.optional(),
  user_id: NamedUser,
});

export const OrderPath = z.object({ id: Uuid });
