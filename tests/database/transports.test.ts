import assert from "node:assert/strict";
import {
  createDatabase,
  type Database,
} from "../../supabase/functions/_shared/adapters/database/database.ts";
import { createPoolTransport } from "../../supabase/functions/_shared/adapters/database/pool.ts";
import { createRestTransport } from "../../supabase/functions/_shared/adapters/database/rest.ts";
import { startContext, withinRequest } from "../../supabase/functions/_shared/core/request.ts";
import { withSql } from "../support/project/database.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";
import { debitOf, grantOf, newKey, refusalOf, testContract } from "./contract.ts";
import { withWireTap } from "./wire-tap.ts";

const world = readWorld();

testContract(
  world,
  "the data API",
  () => createRestTransport({ url: world.url, secretKey: world.secretKey }),
);
testContract(world, "the pool", () => createPoolTransport({ url: world.databaseUrl }));

/** Runs `use` over one pooled connection. */
async function withPool(url: string, use: (database: Database) => Promise<void>) {
  const database = createDatabase(createPoolTransport({ url, maxConnections: 1 }));
  try {
    await use(database);
  } finally {
    await database.close();
  }
}

Deno.test("a debit by the pool is one statement on the wire, in one turn (G9)", async () => {
  const { id } = await signUp(world);
  await withWireTap(world.databaseUrl, (tap) =>
    withPool(tap.url, async (database) => {
      await refusalOf(database.rpc("credits_debit", debitOf(id, "1")));
      tap.takeTurns();
      await refusalOf(database.rpc("credits_debit", debitOf(id, "1")));
      // Parse, bind, describe, execute, sync.
      assert.deepEqual(tap.takeTurns(), ["PBDES"]);
    }));
});

const TRANSPORTS = {
  "the data API": () => createRestTransport({ url: world.url, secretKey: world.secretKey }),
  "a pooled connection": () => createPoolTransport({ url: world.databaseUrl, maxConnections: 1 }),
};

for (const [name, create] of Object.entries(TRANSPORTS)) {
  Deno.test(`${name} is told whose call it makes, and forgets it`, async () => {
    const { id } = await signUpWith(world, "10");
    const request = startContext(new Headers());
    const transport = create();
    const { p_correlation_id: _, ...rest } = debitOf(id, "1");
    const debit = () => transport.call("credits_debit", { ...rest, ...newKey() });
    try {
      await withinRequest(request, debit);
      await debit();
    } finally {
      await transport.close();
    }
    const told = await withSql(world, (sql) =>
      sql`
      select correlation_id from farthing.entries join farthing.accounts using (account_id)
      where owner_id = ${id} order by entries.seq desc limit 2`);
    assert.deepEqual(told.map(({ correlation_id }) => correlation_id), [null, request.traceId]);
  });
}

Deno.test("a call within a request says whose it is, in the same one statement", async () => {
  const { id } = await signUp(world);
  const request = startContext(new Headers());
  const debit = async (database: Database) => {
    await refusalOf(database.rpc("credits_debit", debitOf(id, "1")));
  };
  await withWireTap(world.databaseUrl, (tap) =>
    withPool(tap.url, async (database) => {
      await debit(database);
      tap.takeTurns();
      await withinRequest(request, () => debit(database));
      assert.deepEqual(tap.takeTurns(), ["PBDES"]);
    }));
});

Deno.test("a refusal does not cost the pool its connection", async () => {
  const { id } = await signUp(world);
  await withWireTap(world.databaseUrl, (tap) =>
    withPool(tap.url, async (database) => {
      for (let call = 0; call < 5; call++) {
        const { code } = await refusalOf(database.rpc("credits_debit", debitOf(id, "1")));
        assert.equal(code, "insufficient_credits");
      }
      assert.equal(tap.connections(), 1);
    }));
});

Deno.test("the pool outlives the end of its connections", async () => {
  await withPool(`${world.databaseUrl}?application_name=door-test`, async (database) => {
    await database.rpc("health_database", {});
    await withSql(world, (sql) =>
      sql`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'door-test'`);
    const answer = await until("the pool connects anew", async () => {
      try {
        return await database.rpc("health_database", {});
      } catch {
        return undefined;
      }
    });
    assert.equal(answer.ok, true);
  });
});

Deno.test("a database that is not there is worth a retry, by both transports", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const pool = createPoolTransport({ url: `postgresql://x:y@127.0.0.1:${port}/x` });
  const rest = createRestTransport({ url: `http://127.0.0.1:${port}`, secretKey: "sb_secret_x" });
  for (const database of [createDatabase(pool), createDatabase(rest)]) {
    const error = await refusalOf(database.rpc("health_database", {}));
    assert.deepEqual([error.code, error.retryable], ["upstream_unavailable", true]);
    await database.close();
  }
});

Deno.test("a call that takes too long is given up, and the pool goes on", async () => {
  const url = world.databaseUrl;
  const transport = createPoolTransport({ url, maxConnections: 1, timeoutMs: 2_000 });
  const database = createDatabase(transport);
  const { id } = await signUp(world);
  await database.rpc("credits_grant", grantOf(id, "5"));
  try {
    await withSql(world, (sql) =>
      sql.begin(async (held) => {
        await held`select from farthing.accounts where owner_id = ${id} for update`;
        const error = await refusalOf(database.rpc("credits_debit", debitOf(id, "1")));
        assert.deepEqual([error.code, error.retryable], ["request_timeout", true]);
      }));
    assert.equal((await database.rpc("health_database", {})).ok, true);
  } finally {
    await database.close();
  }
});
