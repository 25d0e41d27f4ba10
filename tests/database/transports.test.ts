/**
 * Runs the same tests with both database transports, the data API and the pool, and further tests
 * with the pool alone.
 */
import assert from "node:assert/strict";
import { makeRole, newPassword, poolUrlOf } from "../../scripts/database-role/role.ts";
import {
  createDatabase,
  type Database,
} from "../../supabase/functions/_shared/adapters/database/database.ts";
import { createPoolTransport } from "../../supabase/functions/_shared/adapters/database/pool.ts";
import { createRestTransport } from "../../supabase/functions/_shared/adapters/database/rest.ts";
import { withinRequest } from "../../supabase/functions/_shared/core/current-request.ts";
import { startContext } from "../../supabase/functions/_shared/core/start-request.ts";
import { withSql } from "../support/project/database.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";
import { debitOf, refusalOf } from "./calls.ts";
import { FAILURES, type Way } from "./failures.ts";
import { VALUES } from "./values.ts";
import { messageTypes, withWireTap } from "./wire-tap.ts";

const world = readWorld();

/**
 * Creates a database role that may only call RPC functions, as on a deployment. Returns the URL
 * with which the pool connects as this role.
 */
async function newPoolUrl(): Promise<string> {
  const password = newPassword();
  await withSql(world, (sql) => makeRole(sql, password));
  return poolUrlOf(world.databaseUrl, password);
}

const poolUrl = await newPoolUrl();

const WAYS: readonly Way[] = [
  {
    name: "the data API",
    url: world.url,
    open: (url, timeoutMs) =>
      createRestTransport({ url, secretKey: world.secretKey, ...(timeoutMs && { timeoutMs }) }),
  },
  {
    name: "the pool",
    url: poolUrl,
    open: (url, timeoutMs) => createPoolTransport({ url, ...(timeoutMs && { timeoutMs }) }),
  },
];

for (const way of WAYS) {
  for (const [what, check] of Object.entries(VALUES)) {
    Deno.test(`${way.name} ${what}`, async () => {
      const database = createDatabase(way.open(way.url));
      await check(world, database).finally(() => database.close());
    });
  }
  for (const [what, check] of Object.entries(FAILURES)) {
    Deno.test(`by ${way.name}, ${what}`, () => check(world, way));
  }
}

/** Runs `use` with a pool of one connection. */
async function withPool(url: string, use: (database: Database) => Promise<void>) {
  const database = createDatabase(createPoolTransport({ url, maxConnections: 1 }));
  await use(database).finally(() => database.close());
}

for (const [where, request] of [["alone", undefined], ["within a request", true]] as const) {
  Deno.test(`a debit by the pool ${where} is one statement on the wire, in one turn (G9)`, async () => {
    const { id } = await signUp(world);
    await withWireTap(poolUrl, (tap) =>
      withPool(tap.url, async (database) => {
        const debit = async () => {
          await refusalOf(database.rpc("credits_debit", debitOf(id, "1")));
        };
        await debit();
        tap.takeTurns();
        await (request ? withinRequest(startContext(new Headers()), debit) : debit());
        // The client sends Parse, Bind, Describe, Execute and Sync, all in one turn.
        assert.deepEqual(tap.takeTurns().map(messageTypes), ["PBDES"]);
        assert.equal(tap.connections(), 1, "a refusal does not cost the connection");
      }));
  });
}

Deno.test("the pool reconnects after its connections were closed", async () => {
  await withPool(`${poolUrl}?application_name=pool-test`, async (database) => {
    await database.rpc("health_database", {});
    await withSql(world, (sql) =>
      sql`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pool-test'`);
    const answer = await until("the pool connects again", async () => {
      try {
        return await database.rpc("health_database", {});
      } catch {
        return undefined;
      }
    });
    assert.equal(answer.ok, true);
  });
});
