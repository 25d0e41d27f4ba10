/** For each email template: sample data as SQL writes them, and the expected email in English. */
import { RECEIPT } from "./notifications.ts";

const ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";
const AT = "2026-11-21T12:00:00.123456+00:00";

interface Sample {
  readonly data: Record<string, unknown>;
  readonly subject: string;
  readonly text: string;
}

/** One notification of each template. */
export const EMAIL_SAMPLES: Readonly<Record<string, Sample>> = {
  receipt: {
    data: { ...RECEIPT, bonus_credits: "10.000000000000000001" },
    subject: "Receipt: USD 9.99",
    text: `Your payment has arrived, and your credits are ready to use.

Bought: Starter
Paid: USD 9.99
Credits: 9,990
Bonus credits: 10.000000000000000001
Date: 21 November 2026 at 12:00 UTC

Order: ${ID}
`,
  },
  refund: {
    data: {
      refund_id: ID,
      order_id: null,
      booking_id: ID,
      amount: 500,
      currency: "jpy",
      credits_taken_back: "0",
    },
    subject: "Refund: JPY 500",
    text: `We have refunded your payment, or a part of it. Your bank may take some days
to show it.

Refunded: JPY 500

Booking: ${ID}
Refund: ${ID}
`,
  },
  booking_receipt: {
    data: {
      booking_id: ID,
      title: "Guitar lesson",
      amount: 1_200_000,
      currency: "huf",
      paid_at: AT,
    },
    subject: "Receipt of your booking: HUF 12,000.00",
    text: `Thank you. Your payment has arrived, and your booking is paid.

Booked: Guitar lesson
Paid: HUF 12,000.00
Date: 21 November 2026 at 12:00 UTC

Booking: ${ID}
`,
  },
  booking_cancelled: {
    data: {
      booking_id: ID,
      title: null,
      amount: 1_200_000,
      currency: "huf",
      payment: "paid",
      refund_amount: 1_200_000,
      cancelled_at: AT,
    },
    subject: "Your booking is cancelled",
    text: `We are refunding your payment, and will write again as soon as the refund is
made.

Price: HUF 12,000.00
Refund: HUF 12,000.00
Cancelled: 21 November 2026 at 12:00 UTC

Booking: ${ID}
`,
  },
  low_balance: {
    data: { available: "-0.5", threshold: "500" },
    subject: "Your credits are running low",
    text: `You have fewer credits left than your notification limit.

Credits left: -0.5
Limit: 500
`,
  },
  credits_expiring: {
    data: { credits: "7", expires_at: AT, days: 7 },
    subject: "Some of your credits expire soon",
    text: `Use these credits before they expire: afterwards they are gone.

Credits: 7
Expire: 21 November 2026 at 12:00 UTC
`,
  },
  anchor: {
    data: {
      head_nr: 7,
      hash: "ab".repeat(32),
      accounts: 3,
      entries: 41,
      balance: "9990.5",
      made_at: AT,
    },
    subject: "Ledger head 7",
    text: `Keep this email. The hash recomputed from the ledger must equal this hash;
docs/runbooks/anchor.md says how to compare them.

Head: 7
Hash: ${"ab".repeat(32)}
Entries: 41
Accounts: 3
Credits: 9990.5
Made: 21 November 2026 at 12:00 UTC
`,
  },
  top_up_failed: {
    data: {
      order_id: ID,
      amount: 500,
      currency: "usd",
      failure_code: "insufficient_funds",
      paused: true,
      next_attempt_at: null,
    },
    subject: "Your automatic top-up failed",
    text: `We could not charge your saved card, so no credits were added.

After several failures in a row, top-ups are paused. Save another card to go
on.

Amount: USD 5.00
Reason: The card has insufficient funds.

Order: ${ID}
`,
  },
  top_up_paused: {
    data: { reason: "card_gone" },
    subject: "Your automatic top-ups are paused",
    text: `We will not charge your card for now.

Your saved card was removed. Save another card to go on.
`,
  },
  top_up_capped: {
    data: { monthly_cap: 123456, currency: "kwd" },
    subject: "Your automatic top-ups have reached this month's limit",
    text: `Until next month we will not charge your card again, unless you raise the
limit.

Monthly limit: KWD 123.456
`,
  },
  top_up_authentication: {
    data: {
      order_id: ID,
      amount: 5,
      currency: "usd",
      url: "https://pay.example/?a=1&b",
      expires_at: AT,
    },
    subject: "Your bank wants you to confirm a top-up",
    text: `Your bank requires you to confirm this charge. No credits have been added yet.

Amount: USD 0.05
Until: 21 November 2026 at 12:00 UTC

Order: ${ID}

Confirm and pay: https://pay.example/?a=1&b
`,
  },
  dispute: {
    data: {
      dispute_id: "du_1",
      phase: "opened",
      order_id: ID,
      booking_id: null,
      amount: 999,
      currency: "usd",
      reason: "fraudulent",
      at: AT,
    },
    subject: "Dispute opened: USD 9.99",
    text: `A bank disputes a payment. An order's credits are clawed back when the bank
withdraws the money. Answer the bank in Stripe's dashboard before the
deadline.

Amount: USD 9.99
Reason: fraudulent
Since: 21 November 2026 at 12:00 UTC

Order: ${ID}
Dispute: du_1
`,
  },
  alert: {
    data: {
      incident_id: "7",
      rule: "webhook_backlog",
      severity: "critical",
      summary: "12 events wait.",
      value: "12",
      threshold: "10",
      runbook: "docs/runbooks/webhooks.md",
      fired_at: AT,
    },
    subject: "[critical] webhook_backlog: 12 events wait.",
    text: `12 events wait.

Rule: webhook_backlog
Severity: critical
Value: 12
Threshold: 10
Since: 21 November 2026 at 12:00 UTC

Incident: 7

Runbook: docs/runbooks/webhooks.md
`,
  },
};
