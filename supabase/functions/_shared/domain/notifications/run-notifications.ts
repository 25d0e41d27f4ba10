/** Sends due notifications, batch by batch, while there is time and a channel. */
import { EnvError } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Mail } from "../../adapters/mail/mail.ts";
import type { Services } from "../../http/route/app-services.ts";
import { type Channels, sendNotification, type SendOutcome } from "./send-notification.ts";

/** Sent side by side; an isolate that dies leaves at most as many with an unknown result. */
const AT_ONCE = 10;

interface NotificationCounts {
  sent: number;
  failed: number;
}

interface FoundMail {
  readonly mail: Mail | null;
  /** Why there is none, where its configuration is wrong. */
  readonly mistake?: EnvError;
}

/** Without mail, and with a wrong configuration of it, webhooks are still called. */
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
  const due = await services.database.rpc("notices_claim", {
    p_mail: channels.mail?.service,
    p_limit: AT_ONCE,
    // Its own, so that a claim whose answer is lost can be asked for again.
    p_lease_id: crypto.randomUUID(),
  });
  // Each by itself: if the result of one can't be recorded, those of the others are.
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
 * The run stops when the batch is empty or every email in it was deferred. A partial batch does not mean that
 * the queue is empty: a notification queued during a run starts no other run. Webhook failures don't stop the
 * run: webhooks are claimed first, and emails would wait behind them.
 */
function isLast(batch: readonly Attempt[]): boolean {
  const emails = batch.filter(({ isMail }) => isMail);
  return batch.length === 0 || emails.length > 0 && emails.every(isDeferred);
}

/**
 * Until none is due, time is up (milliseconds since 1970), or every email of a batch was deferred.
 * @throws EnvError where mail is configured wrongly, after everything that needs no mail was sent
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
