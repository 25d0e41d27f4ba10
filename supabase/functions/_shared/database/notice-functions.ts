/** The database functions of notices. */
import type { z } from "@hono/zod-openapi";
import type { Notification } from "../contracts/notifications.ts";
import type { MailService } from "../mail/mail.ts";
import type { Fn, Json, Once, Optional, Stored } from "./functions.ts";

interface SendArgs extends Once {
  p_template: string;
  /** One of the two. */
  p_user_id: Optional<string>;
  p_email: Optional<string>;
  p_data: Json;
  /** Where the content is the key: how long it is remembered. */
  p_kept_seconds?: number;
}

/** A notice that one runner has for five minutes. */
export interface NoticeToSend {
  notice_id: string;
  lease_id: string;
  recipient: "owner" | "address" | "operators" | "webhook";
  /** Null for operators and webhooks, and for who has left or has none. */
  address: string | null;
  template: string;
  data: Json;
}

interface ClaimArgs {
  p_mail: Optional<MailService>;
  p_limit: number;
  p_lease_id: string;
}

interface Claimed {
  p_notice_id: string;
  p_lease_id: string;
}

/**
 * not_asked: nobody was, so it was no try; again: surely not sent; never: it will not be taken; unknown:
 * nobody knows, so it stays.
 */
export type NotSentOutcome = "not_asked" | "again" | "never" | "unknown";

interface FailedArgs extends Claimed {
  p_outcome: NotSentOutcome;
  /** A code. */
  p_error: string;
  /** Seconds. */
  p_retry_after: Optional<number>;
}

export interface NoticeFunctions {
  notices_send: Fn<SendArgs, Stored<z.output<typeof Notification>>>;
  /** Due notices; without a mail service those for webhooks alone. Asked again, those of the lease. */
  notices_claim: Fn<ClaimArgs, NoticeToSend[]>;
  /** `known` false: another runner has it by now, or it is finished. */
  notices_sent: Fn<Claimed & { p_provider_id: Optional<string> }, { known: boolean }>;
  notices_failed: Fn<FailedArgs, { known: boolean }>;
}
