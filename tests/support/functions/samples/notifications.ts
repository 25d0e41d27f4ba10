/** A valid result of each database function of notifications, in the format that SQL returns. */
import type {
  NotificationResults,
  NotificationToSend,
} from "../../../../supabase/functions/_shared/contracts/database/results/notifications.ts";
import type { SamplesOf } from "./database.ts";

const ID = "7f0f3a44-0a57-4a5e-9c0e-5a3d4a1b2c01";

export const RECEIPT = {
  order_id: "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01",
  kind: "package",
  package_name: "Starter",
  amount: 999,
  currency: "usd",
  credits: "9990",
  bonus_credits: "0",
  paid_at: "2026-11-21T12:00:00+00:00",
};

export const NOTIFICATION: NotificationToSend = {
  notification_id: ID,
  lease_id: "0c9d2f71-6a0e-4f6a-8d0b-3f1d2c4b5a02",
  recipient: "owner",
  address: "ann@example.com",
  template: "receipt",
  data: RECEIPT,
  locale: "en",
  shop: {},
};

export const NOTIFICATION_SAMPLES: SamplesOf<NotificationResults> = {
  notifications_send: () => ({
    status: 200,
    replayed: false,
    data: { notification_id: ID, status: "queued" },
  }),
  notifications_claim: () => [],
  notifications_sent: () => ({ known: true }),
  notifications_failed: () => ({ known: true }),
};
