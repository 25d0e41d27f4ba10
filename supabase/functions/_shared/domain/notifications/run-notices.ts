/** Sends what is due, batch by batch, for as long as there is time and somebody to send by. */
import { EnvError } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";
import { hasTime } from "../../core/isolate.ts";
import type { Mail } from "../../adapters/mail/mail.ts";
import type { Services } from "../../http/app-services.ts";
import { type Outcome, sendNotice, type Ways } from "./send-notice.ts";

/** At a mail service side by side; an isolate that dies takes no more along. */
const AT_ONCE = 10;

interface Done {
  sent: number;
  failed: number;
}

interface MailOrNot {
  readonly mail: Mail | null;
  /** Why there is none, where that is a mistake. */
  readonly mistake?: EnvError;
}

/** A project without mail still tells its webhook, and one whose mail is set up wrongly all the more. */
async function findMail(services: Services): Promise<MailOrNot> {
  try {
    return { mail: await services.mail() };
  } catch (error) {
    if (error instanceof EnvError) return { mail: null, mistake: error };
    if (error instanceof ApiError && error.code === "not_ready") return { mail: null };
    throw error;
  }
}

interface Tried {
  readonly isMail: boolean;
  readonly outcome: Outcome;
}

async function sendBatch(services: Services, ways: Ways): Promise<Tried[]> {
  const due = await services.database.rpc("notices_claim", {
    p_mail: ways.mail?.service,
    p_limit: AT_ONCE,
    // Its own, so that a claim whose answer is lost can be asked for again.
    p_lease_id: crypto.randomUUID(),
  });
  // Each by itself: one that cannot be noted leaves the others noted.
  const ends = await Promise.allSettled(due.map(async (notice) => ({
    isMail: notice.recipient !== "webhook",
    outcome: await sendNotice(services, ways, notice),
  })));
  const broken = ends.find((end) => end.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  return ends.flatMap((end) => end.status === "fulfilled" ? [end.value] : []);
}

const isPutOff = ({ outcome }: Tried) => outcome !== "sent" && outcome !== "never";

/**
 * None is due, or mail is away. A small batch is no end: what is queued meanwhile wakes nobody. Nor is a
 * webhook that is away: those come first, and letters wait behind them.
 */
function isLast(batch: readonly Tried[]): boolean {
  const letters = batch.filter(({ isMail }) => isMail);
  return batch.length === 0 || letters.length > 0 && letters.every(isPutOff);
}

/**
 * Until none is due, time is up (milliseconds since 1970), or all letters of a batch had to be put off.
 * @throws EnvError where mail is set up wrongly, once what needs no mail is sent
 */
export async function runNotices(services: Services, untilMs: number): Promise<Done> {
  const { mail, mistake } = await findMail(services);
  const ways = { mail, operators: await services.operators() };
  const done = { sent: 0, failed: 0 };
  while (hasTime(services, untilMs)) {
    const batch = await sendBatch(services, ways);
    const sent = batch.filter(({ outcome }) => outcome === "sent").length;
    done.sent += sent;
    done.failed += batch.length - sent;
    if (isLast(batch)) break;
  }
  if (mistake !== undefined) throw mistake;
  return done;
}
