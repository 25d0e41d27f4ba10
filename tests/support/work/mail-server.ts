/** A mail service whose answers a test chooses, and the settings of a deployment that uses it. */
import { withSql } from "../project/database.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";
import { callNotificationRunner, makeDue, notificationOf } from "./notifications.ts";

export interface MailServer extends AsyncDisposable {
  readonly url: string;
  /** The recipients' addresses of all requests, in order. */
  readonly asked: string[];
}

/**
 * Starts a mail service whose answers the test chooses. The service closes its connections when the
 * test ends.
 */
export function mailServer(answer: (body: { To?: string }) => Promise<Response>): MailServer {
  const asked: string[] = [];
  const end = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: end.signal, onListen: () => {} },
    async (request) => {
      const body = await request.json();
      asked.push(String(body.To ?? body.to));
      return await answer(body);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      end.abort();
      await server.finished;
    },
  };
}

/**
 * Returns the environment of a deployment that sends its emails through Postmark's API at this
 * address.
 */
export function postmarkAt(world: World, url: string): Record<string, string> {
  return {
    MAIL_URL: url,
    MAIL_FROM: "credits@example.com",
    POSTMARK_SERVER_TOKEN: "local",
    RESEND_API_KEY: "",
    DATABASE_POOL_URL: world.databaseUrl,
  };
}

/**
 * Waits until `deployed` has sent the notification through its own mail service, and returns the
 * reports of its runs. The stack's own runner may claim the notification first. That runner can't
 * send mail in these tests, so it postpones the notification.
 */
export async function runsUntilSent(
  world: World,
  deployed: World,
  notification: string,
  email: string,
  { asked }: MailServer,
) {
  const running: Promise<unknown>[] = [];
  await until(`a request for ${email} has arrived`, async () => {
    await withSql(
      world,
      (sql) =>
        sql`update farthing.notifications set attempts = 0
          where notification_id = ${notification} and state = 'failed'`,
    );
    await makeDue(world, notification);
    running.push(callNotificationRunner(deployed).catch(() => {}));
    await until(
      "the mail service was called, or another runner has the notification",
      async () =>
        asked.includes(email) || (await notificationOf(world, notification)).state === "failed" ||
        undefined,
    );
    return asked.includes(email) || undefined;
  });
  return running;
}
