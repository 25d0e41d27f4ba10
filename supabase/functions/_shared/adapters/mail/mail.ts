/** The product's view of a mail service. No code outside this folder knows the provider's API. */
import type { MailService } from "../../contracts/database/arguments.ts";
import { ApiError } from "../../core/errors.ts";

export interface MailMessage {
  /** At most 50 addresses; all of them see each other. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The template's name, for the provider's statistics. */
  readonly tag: string;
  /** The notification's id: a provider that supports keys sends a repeat once. */
  readonly key: string;
}

export interface Mail {
  readonly service: MailService;
  /**
   * Whether a repeat with the same key is sent once. Otherwise a message without an answer is not sent again.
   */
  readonly knowsRepeats: boolean;
  /**
   * Hands a message over; resolves with the provider's id for it.
   * @throws MailRefused for a definite refusal (a bad address); MailNotSent where it surely was not sent; any
   * other error where that is unknown
   */
  send(message: MailMessage): Promise<string>;
}

/**
 * The provider will never take this message, so another attempt is useless. Named by code, never by address.
 */
export class MailRefused extends Error {}

interface NotSent {
  readonly internal: string;
  /** The service is unavailable, and does not merely refuse our account. */
  readonly isOutage: boolean;
  readonly retryAfterSeconds?: number | undefined;
}

/** The message was not sent, and may be sent later. */
export class MailNotSent extends ApiError {
  readonly isOutage: boolean;

  constructor({ internal, isOutage, retryAfterSeconds }: NotSent) {
    super("upstream_unavailable", { internal, retryAfterSeconds });
    this.isOutage = isOutage;
  }
}
