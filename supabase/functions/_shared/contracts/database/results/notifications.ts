/** Results of the database functions for notifications, and the outcomes that a runner reports. */
import type { Notification } from "../../notifications.ts";
import type { Of, Stored } from "./shapes.ts";

/**
 * The shop as its emails show it. A setting without a value is absent. URLs begin with https://.
 */
export interface ShopFace {
  readonly name?: string;
  readonly logo_url?: string;
  readonly address?: string;
  readonly support_email?: string;
  readonly support_url?: string;
  readonly url?: string;
  /** Six hexadecimal digits after #. */
  readonly accent_color?: string;
}

/** A notification that one runner has claimed for five minutes. */
export interface NotificationToSend {
  notification_id: string;
  lease_id: string;
  recipient: "owner" | "address" | "operators" | "webhook";
  /** Null for operators and webhooks, and for a user who was deleted or has no email address. */
  address: string | null;
  template: string;
  data: unknown;
  /** The recipient's locale, such as `de` or `de-AT`. It is the same in every attempt. */
  locale: string;
  /** The shop's settings at the time of the first attempt to send the notification. */
  shop: ShopFace;
}

/**
 * The outcome of an attempt that did not send the notification, or may not have sent it.
 * `not_asked`: the service was not called, so no attempt is counted. `again`: the notification was
 * certainly not sent. `never`: every further attempt would fail, for example because the service
 * refuses the notification. `unknown`: the notification may have been sent, so it is not sent
 * again.
 */
export type NotSentOutcome = "not_asked" | "again" | "never" | "unknown";

export interface NotificationResults {
  notifications_send: Stored<Of<typeof Notification>>;
  /**
   * Returns due notifications; without `p_mail`, only notifications by webhook. A repeated call
   * with the same lease id returns the same notifications.
   */
  notifications_claim: NotificationToSend[];
  /**
   * `known` is false if the claim is over: a different runner has claimed the notification, or the
   * notification is finished.
   */
  notifications_sent: { known: boolean };
  notifications_failed: { known: boolean };
}
