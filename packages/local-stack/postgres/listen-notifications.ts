import type postgres from "postgres";
import type { DatabaseServer } from "./database.ts";

/**
 * Calls `wake` for each notification on a channel, and keeps listening when the server restarts.
 * Also calls `wake` after every connect, because earlier notifications may have been missed.
 * Returns a function that stops listening.
 */
export async function listenAlways(
  server: DatabaseServer,
  channel: string,
  wake: () => void,
): Promise<() => Promise<void>> {
  let sql: postgres.Sql | undefined;
  let ended = false;

  async function subscribe(): Promise<void> {
    const before = sql;
    sql = server.connectAsAdmin("postgres", { max: 1 });
    await before?.end({ timeout: 0 }).catch(() => {});
    if (!ended) await sql.listen(channel, wake, wake);
  }

  await subscribe();
  server.onUp(() => void (ended || subscribe().catch(() => {})));
  return async () => {
    ended = true;
    await sql?.end({ timeout: 1 });
  };
}
