/**
 * Runs the due jobs of the pg_cron emulator every second. Does nothing if the server has the real
 * pg_cron, or if the option `runJobs` is false.
 */
import { createScheduler } from "../cron/scheduler.ts";
import { databaseOf } from "../stack/context.ts";
import type { Plugin } from "../stack/plugin.ts";

const SECOND_MS = 1_000;

export function cronPlugin(): Plugin {
  let stop: () => Promise<void> = () => Promise.resolve();
  let detail = "off";
  return {
    name: "cron",
    start(context) {
      const server = databaseOf(context);
      if (server.hasCron || !context.options.runJobs) {
        detail = server.hasCron ? "real pg_cron" : "off";
        return Promise.resolve();
      }
      detail = "scheduled jobs run by the stack";
      const sql = server.connectAsAdmin("postgres", { max: 2 });
      const scheduler = createScheduler(sql, () => server.connectAsAdmin("postgres", { max: 1 }));
      const running = new Set<Promise<void>>();
      const timer = setInterval(() => {
        // No job can run while the database is down. A later tick runs the due jobs.
        const tick = scheduler.tick(new Date()).catch(() => {}).finally(() => running.delete(tick));
        running.add(tick);
      }, SECOND_MS);
      stop = async () => {
        clearInterval(timer);
        await sql.end({ timeout: 1 });
        await Promise.all(running);
      };
      return Promise.resolve();
    },
    stop: () => stop(),
    health: () => Promise.resolve({ ok: true, detail }),
  };
}
