/** Reads emails from the stack's mail service, and runs the notification runner. */
import { ok } from "node:assert/strict";
import { NotificationRunnerReport } from "../../../supabase/functions/_shared/contracts/runners.ts";
import { withMail, withSql } from "../project/database.ts";
import { backEnd, data, post, send } from "../project/http.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

export interface Email {
  readonly id: string;
  readonly to: string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The name of the template. */
  readonly tag: string;
}

/** Stops the stack's mail service while `use` runs. */
export async function withoutMail<T>(world: World, use: () => Promise<T>): Promise<T> {
  const turn = async (to: "stop" | "start") => {
    const init = { method: "POST", headers: { apikey: world.secretKey } };
    const { status, text } = await send(`${world.url}/stack/mail/${to}`, init);
    ok(status === 204, text);
  };
  return await withMail(world, "exclusive", async () => {
    await turn("stop");
    try {
      return await use();
    } finally {
      await turn("start");
    }
  });
}

/**
 * Returns the emails to an address, oldest first. If `tag` is given, returns only emails of this
 * template.
 */
export async function emailsTo(world: World, email: string, tag?: string): Promise<Email[]> {
  const { text } = await send(`${world.mailUrl}/messages?to=${encodeURIComponent(email)}`, {});
  const { messages } = JSON.parse(text) as { messages: Email[] };
  return messages.reverse().filter((message) => tag === undefined || message.tag === tag);
}

export async function callNotificationRunner(world: World, signal?: AbortSignal) {
  const answer = await post(world, "notification-runner", backEnd(world), {}, {
    key: null,
    ...(signal && { signal }),
  });
  return data(answer, 200, NotificationRunnerReport);
}

/**
 * The row of a notification. The row contains the recipient's address until the notification is
 * sent.
 */
interface Stand {
  readonly notification_id: string;
  readonly state: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly sender: string | null;
  readonly address: string | null;
}

export async function notificationOf(world: World, notificationId: string): Promise<Stand> {
  const [row] = await withSql(world, (sql) =>
    sql<Stand[]>`
    select notification_id, state, attempts, last_error, sender, address from farthing.notifications
    where notification_id = ${notificationId}`);
  if (row === undefined) throw new Error(`notification ${notificationId} does not exist`);
  return { ...row };
}

export async function notificationsOfUser(world: World, userId: string, template: string) {
  return await withSql(world, (sql) =>
    sql<Stand[]>`
    select notification_id, state, attempts, last_error, sender, address
    from farthing.notifications n join farthing.accounts a using (account_id)
    where a.owner_id = ${userId} and template = ${template} order by n.created_at`);
}

/**
 * Makes a notification due at once, as if it had been due since its creation. A second call changes
 * nothing.
 */
export async function makeDue(world: World, notificationId: string): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    update farthing.notifications set next_attempt_at = created_at where notification_id = ${notificationId}
      and state in ('queued', 'failed')`);
}

/**
 * The deadline allows for the mail circuit breaker, which may stay open for a while after the mail service
 * is available again.
 */
const DEADLINE_MS = 60_000;

/**
 * Calls `use` with a function that starts the notification runner unless it is already running. When `use`
 * has ended, the runner is aborted, because it may still have notifications of other tests to send.
 */
async function besideARunner<T>(
  world: World,
  use: (look: () => void) => Promise<T>,
): Promise<T> {
  const leaving = new AbortController();
  let running: Promise<unknown> | undefined;
  const look = () => {
    running ??= callNotificationRunner(world, leaving.signal).catch(() => {}).finally(() =>
      running = undefined
    );
  };
  try {
    return await use(look);
  } finally {
    leaving.abort();
    await running;
  }
}

/**
 * Waits until the notification has this state. Meanwhile starts the runner repeatedly, as the scheduled
 * task does every minute.
 */
export function notificationBecomes(
  world: World,
  notificationId: string,
  state: string,
): Promise<Stand> {
  return besideARunner(
    world,
    (look) =>
      until(`notification ${notificationId} is ${state}`, async () => {
        await makeDue(world, notificationId);
        look();
        const notification = await notificationOf(world, notificationId);
        return notification.state === state ? notification : undefined;
      }, DEADLINE_MS),
  );
}

/** Waits until an email of the template `tag` has arrived at the address, and returns the email. */
export function emailArrives(world: World, email: string, tag: string): Promise<Email> {
  return withMail(
    world,
    "shared",
    () =>
      besideARunner(world, (look) =>
        until(`${tag} to ${email}`, async () => {
          look();
          return (await emailsTo(world, email, tag))[0];
        }, DEADLINE_MS)),
  );
}
