/**
 * For each route of operators and of callers with a shared secret: a valid body and the types of
 * its fields.
 */
import { type Asks, beneath, KIB, type Target } from "./target.ts";

export function fraudTargets(caller: Asks): Target[] {
  const limit = 64 * KIB;
  const numbers = ["sessions_per_user_hour", "sessions_per_ip_hour", "failed_cards_per_user_hour"];
  return [
    {
      ...{ name: "fraud/blocked", path: "fraud/blocked", caller, limit },
      good: { kind: "card", value: "nobodys-card", reason: "x" },
      fields: { kind: "choice", value: "text:255", reason: "text:500", until: "time" },
    },
    {
      ...{ name: "fraud/policy", path: "fraud/policy", caller, limit },
      good: { users_per_card_day: 3 },
      fields: {
        ...Object.fromEntries(numbers.map((name) => [name, "number" as const])),
        ...{ users_per_card_day: "number", cards_per_user_day: "number" },
        bookings_per_provider_hour: "number",
        early_fraud_warning: "choice",
      },
    },
  ];
}

export function moneyBackTargets(caller: Asks): Target[] {
  const limit = 64 * KIB;
  const nothing = "00000000-0000-4000-8000-000000000000";
  return [
    {
      ...{ name: "refunds", path: "refunds", caller, limit },
      good: { order_id: nothing, reason: "x" },
      fields: { order_id: "uuid", reason: "text:500" },
    },
    {
      keyless: true,
      ...{ name: "webhook-events/replay", path: "webhook-events/replay", caller, limit },
      good: { state: "dead", limit: 1 },
      fields: { state: "choice", limit: "number" },
    },
    {
      keyless: true,
      ...{ name: "webhook-events/backfill", path: "webhook-events/backfill", caller, limit },
      good: { hours: 1 },
      fields: { hours: "number" },
    },
  ];
}

export function notificationTargets(user_id: string, caller: Asks): Target[] {
  const receipt = {
    ...{
      order_id: user_id,
      kind: "package",
      package_name: "Starter",
      amount: 999,
      currency: "usd",
    },
    ...{ credits: "9990", bonus_credits: "0", paid_at: "2026-11-21T12:00:00Z" },
  };
  return [
    {
      ...{ name: "send-notification", path: "send-notification", caller, limit: 64 * KIB },
      good: { template: "receipt", to: { user_id }, data: receipt },
      fields: {
        template: "choice",
        ...beneath("data.", {
          ...{ order_id: "uuid", kind: "choice" },
          ...{ currency: "choice", credits: "amount", bonus_credits: "zero-amount" },
          paid_at: "time",
        }),
      },
    },
  ];
}
