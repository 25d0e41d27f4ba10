import assert from "node:assert/strict";
import type postgres from "postgres";
import { z } from "zod";
import { StackError } from "../core/stack-error.ts";
import { occupiedConnections } from "./occupied-connections.ts";
import { withServer } from "./testing/server.ts";

/** Returns the percentage of `max_connections` that the role `postgres` sees in use. */
async function usedPercent(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ percent: number }[]>`
    select (count(*) * 100 / current_setting('max_connections')::int)::int as percent
    from pg_stat_activity where backend_type = 'client backend'`;
  return row!.percent;
}

Deno.test("connections are held up to a share of the maximum, and released again", () =>
  withServer(async (server) => {
    const { fill, release } = occupiedConnections(server);
    const sql = server.connect("postgres", { max: 1 });
    try {
      await fill({ percent: 15 });
      assert.equal(await usedPercent(sql), 15);
      await fill({ percent: 30 });
      assert.equal(await usedPercent(sql) >= 30, true);
      await assert.rejects(fill({ percent: 20 }), StackError);
      for (const body of [{}, { percent: 96 }, { percent: 0 }, { share: 0.8 }, null]) {
        await assert.rejects(fill(body), (error) => error instanceof z.ZodError);
      }
      await release();
      await release();
      const deadline = performance.now() + 10_000;
      while (await usedPercent(sql) > 10) {
        assert.ok(performance.now() < deadline, "the connections were not released");
      }
    } finally {
      await release();
      await sql.end();
    }
  }));
