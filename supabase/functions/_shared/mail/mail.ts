/** What the product asks of a mail service. Nothing outside this folder knows whose API it is. */

export interface MailMessage {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The template's name, for the provider's statistics. */
  readonly tag: string;
  /** The notice's id: a provider that knows it sends a repeat once. */
  readonly key: string;
}

export interface Mail {
  /**
   * Hands a message over; resolves with the provider's id for it.
   * @throws MailRefused for a definite no (a bad address); else ApiError `upstream_unavailable`
   */
  send(message: MailMessage): Promise<string>;
}

/** The provider will never take this message: no use in another try. */
export class MailRefused extends Error {}
