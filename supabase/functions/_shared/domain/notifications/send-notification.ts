/** Sends one claimed notification, and records the result. */
import type { AlertData } from "../../adapters/webhook/alert-data.ts";
import { AlertRefused } from "../../adapters/webhook/webhook.ts";
import type {
  NotificationToSend,
  NotSentOutcome,
} from "../../contracts/database/results/notifications.ts";
import { ApiError } from "../../core/errors.ts";
import { type Mail, MailNotSent, MailRefused } from "../../adapters/mail/mail.ts";
import { BreakerOpen } from "../../resilience/resilience-policy.ts";
import type { Services } from "../../http/route/app-services.ts";
import { webhookAlert } from "./render-alert.ts";
import type { Operators } from "../../adapters/webhook/operators.ts";
import { InvalidNotification, renderNotification } from "./render-notification.ts";

/** The services that send notifications. Emails are claimed only if there is a mail service. */
export interface Channels {
  readonly mail: Mail | null;
  readonly operators: Operators;
}

/** Thrown if the recipient has no email address, or if no webhook for operators is configured. */
class NoRecipient extends Error {}

interface Failure {
  readonly outcome: NotSentOutcome;
  readonly code: string;
}

/** Returns the recipient's email addresses; an empty list if there are none. */
function addressesOf({ recipient, address }: NotificationToSend, { emails }: Operators) {
  return recipient === "operators" ? emails : address === null ? [] : [address];
}

async function postToOperators(
  notification: NotificationToSend,
  { postAlert }: Operators,
): Promise<null> {
  if (postAlert === null) throw new NoRecipient();
  await postAlert({
    id: notification.notification_id,
    data: webhookAlert(notification.template, notification.data),
  });
  return null;
}

/**
 * Returns the template's data. The database stores an alert's runbook as a path; the email needs a full URL.
 */
function dataFor({ template, data }: NotificationToSend, { runbookLink }: Operators): unknown {
  if (template !== "alert") return data;
  const alert = data as AlertData;
  return { ...alert, runbook: runbookLink(String(alert.runbook)) };
}

/**
 * Sends the notification on its channel.
 * @returns the mail service's id of the email; null for a webhook
 */
async function send(
  notification: NotificationToSend,
  { mail, operators }: Channels,
): Promise<string | null> {
  if (notification.recipient === "webhook") return await postToOperators(notification, operators);
  const to = addressesOf(notification, operators);
  if (mail === null || to.length === 0) throw new NoRecipient();
  const content = renderNotification(
    notification.template,
    dataFor(notification, operators),
    notification,
  );
  return await mail.send({
    ...content,
    to,
    tag: notification.template,
    key: notification.notification_id,
  });
}

/**
 * Returns the outcome of a failed attempt. If the service did not answer, the notification is sent
 * again only if the service recognizes a repeated request by its idempotency key.
 */
function failureOf(error: unknown, recognizesRepeats: boolean): Failure {
  if (error instanceof NoRecipient) return { outcome: "never", code: "no_recipient" };
  if (error instanceof InvalidNotification) return { outcome: "never", code: "bad_data" };
  if (error instanceof MailRefused || error instanceof AlertRefused) {
    return { outcome: "never", code: "refused" };
  }
  if (error instanceof BreakerOpen) return { outcome: "not_asked", code: "not_asked" };
  if (error instanceof MailNotSent) return { outcome: "again", code: "not_sent" };
  return { outcome: recognizesRepeats ? "again" : "unknown", code: "no_answer" };
}

function noteOf(error: unknown): string {
  if (error instanceof ApiError) return error.internal ?? error.code;
  return error instanceof Error ? error.message : "an error";
}

export type SendOutcome = "sent" | NotSentOutcome;

export async function sendNotification(
  services: Services,
  channels: Channels,
  notification: NotificationToSend,
): Promise<SendOutcome> {
  const { database, log, metrics } = services;
  const claim = {
    p_notification_id: notification.notification_id,
    p_lease_id: notification.lease_id,
  };
  const channel = notification.recipient === "webhook" ? "webhook" : "email";
  // The ledger head is also written to the log of the Edge Functions, because a person with access
  // only to the database cannot change the log.
  if (notification.template === "anchor") {
    log("info", "anchor", { head: JSON.stringify(notification.data) });
  }
  let provider: string | null;
  try {
    provider = await send(notification, channels);
  } catch (error) {
    const recognizesRepeats = channel === "webhook" || channels.mail?.knowsRepeats === true;
    const { outcome, code } = failureOf(error, recognizesRepeats);
    const { notification_id, template } = notification;
    log("warn", "notification not sent", {
      notification_id,
      template,
      outcome,
      detail: noteOf(error),
    });
    metrics.count("notifications", { channel, outcome });
    const p_retry_after = error instanceof ApiError ? error.retryAfterSeconds : undefined;
    await database.rpc("notifications_failed", {
      ...claim,
      p_outcome: outcome,
      p_error: code,
      p_retry_after,
    });
    return outcome;
  }
  metrics.count("notifications", { channel, outcome: "sent" });
  await database.rpc("notifications_sent", { ...claim, p_provider_id: provider ?? undefined });
  return "sent";
}
