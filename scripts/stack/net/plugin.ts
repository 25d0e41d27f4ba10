/** The worker behind the pg_net stand-in: wakes when a transaction that queued something commits. */
import { databaseOf } from "../context.ts";
import type { Plugin } from "../plugin.ts";
import { listenAlways } from "../postgres/listen.ts";
import { sendQueued } from "./sender.ts";

export function netPlugin(): Plugin {
  let stop: () => Promise<void> = () => Promise.resolve();
  return {
    name: "net",
    async start(context) {
      const server = databaseOf(context);
      const sql = server.connect("postgres", { max: 2 });
      let running = Promise.resolve();
      const wake = () => {
        // One at a time, in order; a lost database is met again when the listener is back.
        running = running.then(() => sendQueued(sql)).then(() => {}, () => {});
      };
      const silence = await listenAlways(server, "net_http_request_queue", wake);
      stop = async () => {
        await silence();
        await running;
        await sql.end({ timeout: 1 });
      };
    },
    stop: () => stop(),
    health: () => Promise.resolve({ ok: true, detail: "pg_net stand-in" }),
  };
}
