/** Results of the functions of notices, and a runner's report to them. */
import type { Notification } from "../../notifications.ts";
import type { Of, Stored } from "./forms.ts";

/** A notice that one runner has for five minutes. */
export interface NoticeToSend {
  notice_id: string;
  lease_id: string;
  recipient: "owner" | "address" | "operators" | "webhook";
  /** Null for operators and webhooks, and for who has left or has none. */
  address: string | null;
  template: string;
  data: unknown;
}

/**
 * not_asked: the service was not asked, so it was no attempt; again: certainly not sent; never: the service
 * refuses it for good; unknown: it may have been sent, so it is not sent again.
 */
export type NotSentOutcome = "not_asked" | "again" | "never" | "unknown";

export interface NoticeResults {
  notices_send: Stored<Of<typeof Notification>>;
  /** Due notices; without a mail service those for webhooks alone. Asked again, those of the lease. */
  notices_claim: NoticeToSend[];
  /** `known` false: another runner has it by now, or it is finished. */
  notices_sent: { known: boolean };
  notices_failed: { known: boolean };
}
