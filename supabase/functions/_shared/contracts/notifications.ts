/**
 * Notifications that a back end may send: the template, the recipient and the data. None of these
 * templates is for operators. The data of these templates has no field for a link, so a back end
 * cannot send links of its own.
 */
import { z } from "@hono/zod-openapi";
import { CurrencyCode, Money } from "./money.ts";
import { Amount, AmountOrZero, SignedAmount } from "./credit-amounts.ts";
import { text, Uuid } from "./fields.ts";
import { listQuery } from "./list-query.ts";
import { Timestamp, TimestampOut } from "./time-fields.ts";
import { isLocale, LANGUAGE_CODES } from "./languages.ts";

/** An amount that an email shows. */
export const PaidMoney = Money.min(0)
  .openapi({ description: "In the currency's minor unit.", example: 999 });

export const ReceiptData = z.strictObject({
  order_id: Uuid,
  kind: z.enum(["package", "top_up"]),
  package_name: text(200).nullable().openapi({ description: "Null for a top-up." }),
  amount: PaidMoney,
  currency: CurrencyCode,
  credits: Amount,
  bonus_credits: AmountOrZero,
  paid_at: Timestamp,
}).openapi("ReceiptData");

export const RefundData = z.strictObject({
  refund_id: Uuid,
  order_id: Uuid.nullable(),
  booking_id: Uuid.nullable(),
  amount: PaidMoney,
  currency: CurrencyCode,
  credits_taken_back: AmountOrZero,
}).openapi("RefundData");

export const LowBalanceData = z.strictObject({
  available: z.string().regex(
    /^-?(0|[1-9]\d{0,19})(\.\d{1,18})?$/,
    'available must be a decimal string, for example "-12.5".',
  )
    .pipe(SignedAmount),
  threshold: AmountOrZero,
}).openapi("LowBalanceData");

export const CreditsExpiringData = z.strictObject({
  credits: Amount,
  expires_at: Timestamp,
  days: z.int().min(0).max(366).openapi({
    description: "The number of days within which the credits expire.",
    example: 7,
  }),
}).openapi("CreditsExpiringData");

export const TopUpFailedData = z.strictObject({
  order_id: Uuid,
  amount: PaidMoney,
  currency: CurrencyCode,
  failure_code: text(255).openapi({ example: "insufficient_funds" }),
  paused: z.boolean(),
  next_attempt_at: Timestamp.nullable(),
}).openapi("TopUpFailedData");

/** The booking's `details.title`, as the buyer's app sent it: it names what was booked. */
const BookingTitle = text(200).nullable();

export const BookingReceiptData = z.strictObject({
  booking_id: Uuid,
  title: BookingTitle,
  amount: PaidMoney,
  currency: CurrencyCode,
  paid_at: Timestamp,
});

export const BookingCancelledData = z.strictObject({
  booking_id: Uuid,
  title: BookingTitle,
  amount: PaidMoney,
  currency: CurrencyCode,
  payment: z.enum(["none", "in_transit", "paid", "refunded"]),
  refund_amount: PaidMoney,
  cancelled_at: Timestamp,
});

export const NOTIFICATION_DATA = {
  receipt: ReceiptData,
  refund: RefundData,
  low_balance: LowBalanceData,
  credits_expiring: CreditsExpiringData,
  top_up_failed: TopUpFailedData,
} as const;

const To = z.union([
  z.strictObject({ user_id: Uuid }),
  z.strictObject({
    email: z.email("email must be an email address.").max(254).openapi({
      description:
        "Stored until the notification is sent or dead-lettered, for at most three days.",
    }),
  }),
], "`to` must have either `user_id` or `email`.").openapi("NotificationRecipient");

const Locale = z.string()
  .refine(
    isLocale,
    `locale must be one of ${LANGUAGE_CODES.join(", ")}, with a region if you like, ` +
      "such as de-AT.",
  )
  .openapi({
    description: "The language of the email, and the formats of its numbers. Default: the user's " +
      "own, or the shop's.",
    example: "de-AT",
  });

function notification<T extends keyof typeof NOTIFICATION_DATA>(template: T) {
  const data = NOTIFICATION_DATA[template];
  return z.strictObject({
    template: z.literal(template),
    to: To,
    data,
    locale: Locale.optional(),
  });
}

export const NotificationBody = z.discriminatedUnion("template", [
  notification("receipt"),
  notification("refund"),
  notification("low_balance"),
  notification("credits_expiring"),
  notification("top_up_failed"),
], {
  error: `Send an object whose template is one of ${Object.keys(NOTIFICATION_DATA).join(", ")}.`,
}).openapi("NotificationRequest");

export const Notification = z.object({
  notification_id: Uuid,
  status: z.literal("queued"),
}).openapi("Notification");

const State = z.enum(["queued", "sending", "sent", "failed", "dead", "uncertain"]);

/** A notification as operators list it, without its data. */
export const ListedNotification = z.object({
  notification_id: Uuid,
  recipient: z.enum(["owner", "address", "operators", "webhook"]),
  user_id: Uuid.nullable(),
  address: z.string().nullable().openapi({
    description:
      "The current address. It is masked unless the list is of one user. Null for operators and " +
      "webhooks. An address from the request (`to.email`) is erased after the last attempt.",
    example: "a***@example.com",
  }),
  template: z.string().openapi({ example: "receipt" }),
  state: State.openapi({
    description:
      "failed: waits for its next attempt; dead: given up; uncertain: may have been sent, and is " +
      "not sent again.",
  }),
  attempts: z.int(),
  next_attempt_at: TimestampOut.nullable(),
  sender: z.string().nullable().openapi({ description: "The service of the last attempt." }),
  provider_id: z.string().nullable().openapi({
    description: "The id that the service in `sender` gave the email.",
  }),
  last_error: z.string().nullable(),
  created_at: TimestampOut,
  finished_at: TimestampOut.nullable(),
  retried_at: TimestampOut.nullable().openapi({
    description: "When an operator last queued it again.",
  }),
}).openapi("ListedNotification");

export const NotificationPath = z.object({ id: Uuid });

export const RetryBody = z.strictObject({
  reason: text(500).openapi({ description: "Stored in the audit log, with the operator's id." }),
  even_if_sent: z.boolean().default(false).openapi({
    description: "true also repeats an `uncertain` notification, which may have been sent.",
  }),
}).openapi("NotificationRetryRequest");

export const RetryDeadBody = z.strictObject({
  since: Timestamp.openapi({
    description: "Repeats only notifications that were dead-lettered at or after this time.",
  }),
  until: Timestamp.optional().openapi({
    description:
      "Repeats only notifications that were dead-lettered at or before this time; by default, now.",
  }),
  template: text(40).optional(),
  last_error: text(60).optional(),
  reason: text(500).optional().openapi({ description: "Required unless `dry_run` is true." }),
  dry_run: z.boolean().default(false).openapi({
    description: "true returns what would be retried, and retries nothing.",
  }),
}).openapi("DeadNotificationsRetryRequest");

/**
 * The maximum number of notifications that one request retries. A transaction with this many rows
 * takes less than a second; a further request retries the rest.
 */
export const RETRIED_AT_ONCE = 1000;

export const RetriedNotifications = z.object({
  dry_run: z.boolean(),
  until: TimestampOut.openapi({
    description:
      "The end of the period that was searched. Send it as `until` after a dry run, so " +
      "that the retry finds nothing newer.",
  }),
  found: z.array(z.object({
    template: z.string(),
    last_error: z.string(),
    count: z.int(),
  })).openapi({ description: "The matching notifications, counted before the retry." }),
  retried: z.int().openapi({
    description: `At most ${RETRIED_AT_ONCE} in one request, oldest first. ` +
      "Repeat the request for the others.",
  }),
}).openapi("RetriedNotifications");

export const NotificationsQuery = z.strictObject({
  ...listQuery,
  cursor: Uuid.optional(),
  state: State.optional(),
  template: text(40).optional(),
  user_id: Uuid.optional(),
});
