/** Sends due notifications in batches, until the queue is empty or the time is over. */
import { LANGUAGE_CODES } from "../../contracts/languages.ts";
import { EnvError } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Mail } from "../../adapters/mail/mail.ts";
import type { Services } from "../../http/route/app-services.ts";
import { type Channels, sendNotification, type SendOutcome } from "./send-notification.ts";

/**
 * The number of notifications sent in parallel. If the isolate dies, the outcome of at most this many
 * notifications is unknown.
 */
const AT_ONCE = 10;

interface NotificationCounts {
  sent: number;
  failed: number;
}

interface FoundMail {
  readonly mail: Mail | null;
  /** Set if the configuration of mail is invalid. */
  readonly mistake?: EnvError;
}

/**
 * Returns the mail service; null if it is not configured or its configuration is invalid. Notifications by
 * webhook are sent in all cases.
 */
async function findMail(services: Services): Promise<FoundMail> {
  try {
    return { mail: await services.mail() };
  } catch (error) {
    if (error instanceof EnvError) return { mail: null, mistake: error };
    if (error instanceof ApiError && error.code === "not_ready") return { mail: null };
    throw error;
  }
}

interface Attempt {
  readonly isMail: boolean;
  readonly outcome: SendOutcome;
}

async function sendBatch(services: Services, channels: Channels): Promise<Attempt[]> {
  const due = await services.database.rpc("notifications_claim", {
    p_mail: channels.mail?.service,
    p_limit: AT_ONCE,
    p_languages: LANGUAGE_CODES,
    // Each claim has its own lease id. If the response is lost, a repeated call with the same lease
    // id gets the same notifications.
    p_lease_id: crypto.randomUUID(),
  });
  // If the outcome of one notification cannot be recorded, the outcomes of the others are still
  // recorded.
  const ends = await Promise.allSettled(due.map(async (notification) => ({
    isMail: notification.recipient !== "webhook",
    outcome: await sendNotification(services, channels, notification),
  })));
  const broken = ends.find((end) => end.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  return ends.flatMap((end) => end.status === "fulfilled" ? [end.value] : []);
}

const isDeferred = ({ outcome }: Attempt) => outcome !== "sent" && outcome !== "never";

/**
 * Returns true if the run ends after this batch: the batch is empty, or every email in it was
 * deferred or has an unknown outcome. A partial batch does not end the run: more notifications may
 * have been queued since the claim, and no other run starts for them. Webhook failures do not end
 * the run either. Notifications by webhook are claimed first, so a failing webhook would otherwise
 * prevent all emails.
 */
function isLast(batch: readonly Attempt[]): boolean {
  const emails = batch.filter(({ isMail }) => isMail);
  return batch.length === 0 || emails.length > 0 && emails.every(isDeferred);
}

/**
 * Stops when no notification is due, when `untilMs` (milliseconds since 1970) has passed, or when
 * every email of a batch was deferred or has an unknown outcome.
 * @throws EnvError if the configuration of mail is invalid. It is thrown at the end of the run, so
 * that notifications by webhook are still sent.
 */
export async function runNotifications(
  services: Services,
  untilMs: number,
): Promise<NotificationCounts> {
  const { mail, mistake } = await findMail(services);
  const channels = { mail, operators: await services.operators() };
  const done = { sent: 0, failed: 0 };
  while (hasTime(services, untilMs)) {
    const batch = await sendBatch(services, channels);
    const sent = batch.filter(({ outcome }) => outcome === "sent").length;
    done.sent += sent;
    done.failed += batch.length - sent;
    if (isLast(batch)) break;
  }
  if (mistake !== undefined) throw mistake;
  return done;
}
