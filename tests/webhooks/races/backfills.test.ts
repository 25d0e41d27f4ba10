/** Only one runner gets the hourly backfill, even if several claim it at the same moment. */
import { equal } from "node:assert/strict";
import { withLostEvents, withSql } from "../../support/project/database.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

interface Claim {
  readonly claimed_at: string;
}

/**
 * Claims the backfill as of a time about two hours in the future. At the real time it is not due,
 * so none of the stack's runners can claim it.
 */
async function claim(): Promise<Claim | null> {
  return await withSql(world, async (sql) => {
    const [row] = await sql<{ claim: Claim | null }[]>`
      select farthing_public.backfills_claim(date_trunc('hour', now()) + interval '2 hours') as claim`;
    return row!.claim;
  });
}

async function giveBack({ claimed_at }: Claim): Promise<void> {
  await withSql(
    world,
    (sql) => sql`select farthing_public.backfills_finish(${claimed_at}, false, 0)`,
  );
}

Deno.test("a backfill claimed many times at once belongs to one runner", async () => {
  await withLostEvents(world, "exclusive", async () => {
    for (let round = 0; round < 5; round++) {
      const claims = await Promise.all(Array.from({ length: 8 }, claim));
      const [given, ...others] = claims.filter((each) => each !== null);
      equal(others.length, 0);
      await giveBack(given!);
    }
  });
});
