/** Results of the functions of notifications, and a runner's report to them. */
import type { Notification } from "../../notifications.ts";
import type { Of, Stored } from "./shapes.ts";

/** A notification that one runner has for five minutes. */
export interface NotificationToSend {
  notice_id: string;
  lease_id: string;
  recipient: "owner" | "address" | "operators" | "webhook";
  /** Null for operators and webhooks, and for a user without an account or an address. */
  address: string | null;
  template: string;
  data: unknown;
}

/**
 * not_asked: the service was not asked, so it was no attempt; again: certainly not sent; never: the service
 * refuses it for good; unknown: it may have been sent, so it is not sent again.
 */
export type NotSentOutcome = "not_asked" | "again" | "never" | "unknown";

export interface NotificationResults {
  notices_send: Stored<Of<typeof Notification>>;
  /** Due notifications; without a mail service only those for webhooks. A repeat gets those of its lease. */
  notices_claim: NotificationToSend[];
  /** `known` is false if another runner has it by now, or it is finished. */
  notices_sent: { known: boolean };
  notices_failed: { known: boolean };
}
