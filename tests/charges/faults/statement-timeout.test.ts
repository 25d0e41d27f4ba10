/** A statement that exceeds its role's timeout is cancelled and leaves nothing behind. */
import { equal } from "node:assert/strict";
import { countEntries, proven, withSql } from "../../support/project/database.ts";
import { withDeployment } from "../../support/processes/deployment.ts";
import { backEnd, post, refused } from "../../support/project/http.ts";
import { signUpWith } from "../../support/project/people.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld, type World } from "../../support/project/world.ts";

const world = readWorld();

/**
 * Runs `use` while a role has a different statement timeout, which is set with `alter role` as on
 * Supabase.
 */
async function withTimeout<T>(role: string, timeout: string, use: () => Promise<T>): Promise<T> {
  await withSql(
    world,
    (sql) => sql.unsafe(`alter role ${role} set statement_timeout = '${timeout}'`),
  );
  try {
    return await use();
  } finally {
    await withSql(world, (sql) => sql.unsafe(`alter role ${role} reset statement_timeout`));
  }
}

Deno.test("a charge that waits too long is answered 408, and its repeat charges once", async () => {
  const person = await signUpWith(world, "100");
  const body = { user_id: person.id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  const charge = (where: World) =>
    post(where, "usage", backEnd(where), body, { key: `slow-${person.id}` });
  // The deployment has no DATABASE_POOL_URL, so its functions use the data API as service_role.
  await withDeployment(world, {}, async (deployed) => {
    await withTimeout(
      "service_role",
      "300ms",
      () =>
        withSql(world, (sql) =>
          sql.begin(async (holder) => {
            await holder`select from farthing.accounts where owner_id = ${person.id} for update`;
            equal(refused(await charge(deployed), 408, "request_timeout").retryable, true);
            const waiting = await holder`select query from pg_stat_activity
            where wait_event_type = 'Lock' and query ~ 'usage_charge'`;
            equal(
              waiting.length,
              0,
              "the server has ended the statement, and not its caller alone",
            );
          })),
    );
    equal((await balanceOf(world, person.id)).balance, "100");
    equal((await charge(deployed)).status, 201);
  });
  equal((await balanceOf(world, person.id)).balance, "50");
  equal(await countEntries(world, person.id, "usage"), 1);
  await proven(world);
});
