/** The interface of a mail service. Only this folder uses the APIs of mail services. */
import type { MailService } from "../../contracts/database/arguments.ts";
import { ApiError } from "../../core/errors.ts";

export interface MailMessage {
  /** At most 50 addresses. All recipients see all addresses. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The name of the template, for the mail service's statistics. */
  readonly tag: string;
  /**
   * The notification's id. A mail service that supports idempotency keys sends a repeated message
   * only once.
   */
  readonly key: string;
}

export interface Mail {
  readonly service: MailService;
  /**
   * True if the mail service sends a message with a repeated key only once. Otherwise, a message
   * whose request got no response is not sent again.
   */
  readonly knowsRepeats: boolean;
  /**
   * Sends a message, and returns the id that the mail service gave the message.
   * @throws MailRefused if the mail service will never accept the message (for example a bad
   *   address); MailNotSent or BreakerOpen if the message was certainly not sent; any other error
   *   if it is unknown whether it was sent
   */
  send(message: MailMessage): Promise<string>;
}

/**
 * The mail service will never accept this message, so a retry is useless. The error has a code, and
 * never contains the address.
 */
export class MailRefused extends Error {}

interface NotSent {
  readonly internal: string;
  /**
   * True if the service is unavailable. False if the service is up and refuses: it has refused the
   * account, got too many messages, or is still handling the same message.
   */
  readonly isOutage: boolean;
  readonly retryAfterSeconds?: number | undefined;
}

/** The message was certainly not sent, and may be sent later. */
export class MailNotSent extends ApiError {
  readonly isOutage: boolean;

  constructor({ internal, isOutage, retryAfterSeconds }: NotSent) {
    super("upstream_unavailable", { internal, retryAfterSeconds });
    this.isOutage = isOutage;
  }
}
