/** What the product asks of a mail service. Nothing outside this folder knows whose API it is. */
import type { MailService } from "../../contracts/database/arguments.ts";
import { ApiError } from "../../core/errors.ts";

export interface MailMessage {
  /** At most 50 addresses, all of which see each other. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The template's name, for the provider's statistics. */
  readonly tag: string;
  /** The notice's id: a provider that knows it sends a repeat once. */
  readonly key: string;
}

export interface Mail {
  readonly service: MailService;
  /** Whether a repeat with the same key is sent once. Where not, what got no answer is not sent again. */
  readonly knowsRepeats: boolean;
  /**
   * Hands a message over; resolves with the provider's id for it.
   * @throws MailRefused for a definite no (a bad address); MailNotSent where it surely was not sent; any
   * other error where nobody knows
   */
  send(message: MailMessage): Promise<string>;
}

/** The provider will never take this message: no use in another try. Named by code, never by address. */
export class MailRefused extends Error {}

interface NotSent {
  readonly internal: string;
  /** The service is away, and does not merely refuse our account. */
  readonly isOutage: boolean;
  readonly retryAfterSeconds?: number | undefined;
}

/** It was not sent, and may be later. */
export class MailNotSent extends ApiError {
  readonly isOutage: boolean;

  constructor({ internal, isOutage, retryAfterSeconds }: NotSent) {
    super("upstream_unavailable", { internal, retryAfterSeconds });
    this.isOutage = isOutage;
  }
}
