/** Holds idle connections, as an app does whose connection pools are too large. */
import { z } from "zod";
import { StackError } from "../core/stack-error.ts";
import type { DatabaseServer } from "./database.ts";

/**
 * The percentage of `max_connections`. A few connections must stay free for the Edge Functions, for
 * REST and for the query that counts the connections.
 */
const FillBody = z.strictObject({ percent: z.int().min(1).max(95) });

export interface OccupiedConnections {
  /**
   * Opens connections until `percent` percent of `max_connections` are used.
   * @throws StackError if more are already used
   */
  fill(body: unknown): Promise<void>;
  release(): Promise<void>;
}

export function occupiedConnections(server: DatabaseServer): OccupiedConnections {
  const closers: (() => Promise<void>)[] = [];

  async function fill(body: unknown): Promise<void> {
    const { percent } = FillBody.parse(body);
    const counting = server.connectAsAdmin("postgres", { max: 1 });
    const [row] = await counting<{ used: number; max: number }[]>`
      select count(*)::int as used, current_setting('max_connections')::int as max
      from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`
      .finally(() => counting.end());
    const { used = 0, max = 0 } = row ?? {};
    const missing = Math.ceil(max * percent / 100) - used;
    if (missing <= 0) {
      throw new StackError(
        `percent is ${percent}, but ${used} of ${max} connections are already in use. Send a higher ` +
          "percent, or release the connections first.",
      );
    }
    const sql = server.connect("postgres", { max: missing });
    closers.push(() => sql.end({ timeout: 0 }));
    await Promise.all(Array.from({ length: missing }, () => sql.reserve()));
  }

  return {
    fill,
    async release() {
      for (const close of closers.splice(0)) await close();
    },
  };
}
