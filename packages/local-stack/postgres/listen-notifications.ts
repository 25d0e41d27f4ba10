/** LISTEN that outlives the server's crashes. */
import type postgres from "postgres";
import type { DatabaseServer } from "./database.ts";

/**
 * Calls `wake` for each notification on a channel, and after every connect: something may have
 * been said while nobody listened. Returns what ends it.
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
