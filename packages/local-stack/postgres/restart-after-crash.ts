/** Restarts a database that ended unexpectedly. */
import { delay } from "@farthing/command-line";
import type { DatabaseServer } from "./database.ts";

/**
 * The pause between attempts, so that a server that cannot start does not keep the processor busy.
 */
const RETRY_MS = 500;

interface Reviver {
  /** Begins to restart the database, unless a restart is already in progress. */
  revive(): void;
  stop(): void;
}

export function reviver(
  server: () => Pick<DatabaseServer, "pid" | "restart"> | undefined,
  log: (line: string) => void,
  retryMs = RETRY_MS,
): Reviver {
  let stopped = false;
  let reviving = false;
  const dead = () => {
    const known = server();
    return !stopped && known && known.pid === undefined ? known : undefined;
  };
  const untilUp = async () => {
    for (let found = dead(); found; found = dead()) {
      try {
        await found.restart();
        log("database: ended unexpectedly; restarted");
      } catch (error) {
        log(`database: restart failed: ${(error as Error).message}`);
        await delay(retryMs);
      }
    }
    reviving = false;
  };
  return {
    revive() {
      if (reviving) return;
      reviving = true;
      void untilUp();
    },
    stop: () => void (stopped = true),
  };
}
