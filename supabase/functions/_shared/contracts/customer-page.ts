/** The data of the page about one customer: everything that a support employee needs to know. */
import { z } from "@hono/zod-openapi";
import { Booking } from "./bookings.ts";
import { Order } from "./checkout.ts";
import { SignedAmount } from "./credit-amounts.ts";
import { Uuid } from "./fields.ts";
import { TimestampOut } from "./time-fields.ts";
import { ExplainedEntry } from "./credits.ts";
import { Customer } from "./customers.ts";
import { Dispute } from "./disputes.ts";
import { FeatureForMe } from "./features.ts";
import { Block, Warning } from "./fraud.ts";
import { Hold } from "./holds.ts";
import { JobSummary } from "./jobs.ts";
import { ListedNotification } from "./notifications.ts";
import { Refund } from "./refunds.ts";
import { SpendCap } from "./spend-caps.ts";
import { TopUps } from "./top-ups.ts";
import { WelcomeGrant } from "./welcome.ts";

/** The first items of a list: 50 entries of the ledger, or 20 items of any other list. */
function newest<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    has_more: z.boolean(),
    path: z.string().nullable().openapi({
      description:
        "The endpoint with the whole list; null if there is none or the customer has no user_id.",
      example: "/credits/entries?user_id=6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d",
    }),
  });
}

const CustomerLot = z.object({
  id: Uuid,
  source: z.enum(["paid", "bonus", "promotional", "adjustment"]),
  amount: SignedAmount,
  remaining: SignedAmount,
  reserved: SignedAmount.openapi({
    description: "The part of `remaining` that is reserved by open holds.",
  }),
  expires_at: TimestampOut.nullable(),
  frozen: z.boolean(),
  order_id: Uuid.nullable(),
  created_at: TimestampOut,
});

/** A refusal that the customer's next request would receive. */
const Refusal = z.object({
  action: z.enum(["debit", "hold", "chat", "checkout", "booking", "top_up"]),
  above: SignedAmount.nullable().openapi({
    description:
      "Debits, holds and chats of more credits than this are refused. null: the action is " +
      "refused whatever its amount.",
    example: "9990",
  }),
  code: z.string().openapi({
    description: "The code of the refusal; top_up_… if a scheduled charge would not begin.",
    example: "insufficient_credits",
  }),
  reason: z.string().openapi({ example: "Only 9990 credits are available." }),
  details: z.record(z.string(), z.unknown()),
}).openapi("RefusedNext");

export const CustomerPage = z.object({
  customer: Customer,
  refused_next: z.array(Refusal).openapi({
    description:
      "The refusals that the customer's next requests would get, computed by the same rules. If " +
      "an action has several, a request gets the first one.",
  }),
  credits: z.object({
    balance: SignedAmount,
    held: SignedAmount,
    available: SignedAmount,
    debt: SignedAmount,
    frozen: SignedAmount.openapi({
      description: "Credits of payments in doubt; they are included in `balance`.",
    }),
    as_of: TimestampOut,
  }),
  entries: newest(ExplainedEntry),
  lots: newest(CustomerLot).openapi({
    description: "Lots that are not closed, in burn-down order.",
  }),
  holds: newest(Hold.omit({ user_id: true })).openapi({ description: "Open holds." }),
  spend_cap: SpendCap.omit({ user_id: true }),
  welcome_grant: WelcomeGrant.omit({ user_id: true, address: true }).nullable().openapi({
    description: "The request for welcome credits; null if none was planned for this user.",
  }),
  orders: newest(Order),
  refunds: newest(Refund),
  disputes: newest(Dispute),
  warnings: newest(Warning),
  bookings: newest(Booking).openapi({ description: "Bookings as the buyer." }),
  stripe_customer: z.object({
    customer_id: z.string(),
    card_brand: z.string().nullable(),
    card_last4: z.string().nullable(),
    card_exp_month: z.int().nullable(),
    card_exp_year: z.int().nullable(),
  }).nullable(),
  top_up: TopUps,
  blocks: newest(Block).openapi({ description: "Blocks of the user and of cards that they used." }),
  jobs: newest(JobSummary),
  notifications: newest(ListedNotification),
  features: z.array(FeatureForMe),
}).openapi("CustomerPage");
