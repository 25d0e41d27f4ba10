/**
 * The worker of the pg_net emulator. It wakes after the commit of a transaction that has queued a
 * request.
 */
import { createSender } from "../net/sender.ts";
import { listenAlways } from "../postgres/listen-notifications.ts";
import { databaseOf } from "../stack/context.ts";
import type { Plugin } from "../stack/plugin.ts";

export function netPlugin(): Plugin {
  let stop: () => Promise<void> = () => Promise.resolve();
  return {
    name: "net",
    async start(context) {
      const server = databaseOf(context);
      const sql = server.connectAsAdmin("postgres", { max: 4 });
      const sender = createSender(sql);
      const silence = await listenAlways(server, "net_http_request_queue", () => sender.wake());
      stop = async () => {
        await silence();
        await sender.stop();
        await sql.end({ timeout: 1 });
      };
    },
    stop: () => stop(),
    health: () => Promise.resolve({ ok: true, detail: "pg_net emulator" }),
  };
}
