/** Sample data for each template, and two sample shops. */
import type { ShopFace } from "../../supabase/functions/_shared/contracts/database/results/notifications.ts";
import type { TemplateName } from "../../supabase/functions/_shared/domain/notifications/render-notification.ts";

const ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";
const AT = "2026-11-21T12:00:00.123456+00:00";
const LATER = "2026-12-01T09:30:00+00:00";

/** The data of each template, in the format that the database writes. */
export const SAMPLES: Readonly<Record<TemplateName, unknown>> = {
  receipt: {
    order_id: ID,
    kind: "package",
    package_name: "Starter",
    amount: 349_000,
    currency: "huf",
    credits: "9990",
    bonus_credits: "1250.5",
    paid_at: AT,
  },
  refund: {
    refund_id: ID,
    order_id: ID,
    booking_id: null,
    amount: 123_450,
    currency: "huf",
    credits_taken_back: "3533.000000000000000001",
  },
  booking_receipt: {
    booking_id: ID,
    title: "Guitar lesson, 60 minutes",
    amount: 1_200_000,
    currency: "huf",
    paid_at: AT,
  },
  booking_cancelled: {
    booking_id: ID,
    title: "Guitar lesson, 60 minutes",
    amount: 1_200_000,
    currency: "huf",
    payment: "paid",
    refund_amount: 1_200_000,
    cancelled_at: AT,
  },
  low_balance: { available: "-0.500000000000000001", threshold: "500" },
  credits_expiring: { credits: "1234567.25", expires_at: LATER, days: 7 },
  top_up_failed: {
    order_id: ID,
    amount: 500,
    currency: "jpy",
    failure_code: "insufficient_funds",
    paused: false,
    next_attempt_at: LATER,
  },
  top_up_paused: { reason: "card_gone" },
  top_up_capped: { monthly_cap: 1_234_567, currency: "kwd" },
  top_up_authentication: {
    order_id: ID,
    amount: 2_500,
    currency: "eur",
    url: "https://pay.example.com/confirm?order=1&try=2",
    expires_at: LATER,
  },
  dispute: {
    dispute_id: "du_1SampleOfADisputeWithALongId",
    phase: "opened",
    order_id: ID,
    booking_id: null,
    amount: 349_000,
    currency: "huf",
    reason: "fraudulent",
    at: AT,
  },
  alert: {
    incident_id: "7",
    rule: "webhook_backlog",
    severity: "critical",
    summary: "12 events wait.",
    value: "12",
    threshold: "10",
    runbook: "https://runbooks.example.com/webhook_backlog.md",
    fired_at: AT,
  },
  anchor: {
    head_nr: 7,
    hash: "ab".repeat(32),
    accounts: 3,
    entries: 41,
    balance: "9990.5",
    made_at: AT,
  },
};

/** The address of the branded shop's logo. */
export const LOGO = "https://shop.example.com/logo.png";

/**
 * Two shops: one has set none of the details that emails can show, and the other has set all of
 * them.
 */
export const SHOPS: Readonly<Record<"plain" | "branded", ShopFace>> = {
  plain: {},
  branded: {
    name: "Kékfény Studio",
    logo_url: LOGO,
    address: "Kékfény Kft., Váci utca 12, 1052 Budapest, Hungary",
    support_email: "help@shop.example.com",
    support_url: "https://shop.example.com/help",
    url: "https://shop.example.com/",
    accent_color: "#0f766e",
  },
};
