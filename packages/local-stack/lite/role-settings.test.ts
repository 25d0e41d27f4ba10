/** Tests on a real server that REST applies the statement timeout of each role. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { loadKeys } from "../core/keys.ts";
import { createRest, type Rest } from "./rest.ts";
import { silenceDatabaseErrors } from "./quiet-database-errors.ts";
import { bootstrap } from "../postgres/bootstrap.ts";
import type { DatabaseServer } from "../postgres/database.ts";
import { withClient, withServer } from "../postgres/testing/server.ts";

const FUNCTIONS = `
  create function public.limits() returns jsonb language sql stable as $$
    select jsonb_build_array(current_setting('statement_timeout'), current_setting('lock_timeout'))
  $$;
  create function public.slow() returns void language sql as 'select pg_sleep(20)';`;

async function restOf(server: DatabaseServer): Promise<Rest> {
  const email = { send: () => Promise.reject(new Error("no mail here")) };
  const keys = await loadKeys(server.directory.replace(/\/postgres$/, ""));
  const apiUrl = "http://127.0.0.1";
  return createRest({
    keys,
    apiUrl,
    databaseUrl: server.url(),
    redirectUrls: [],
    schemas: ["public"],
    email,
  });
}

async function call(rest: Rest, name: string, role: string): Promise<[number, unknown]> {
  const url = `http://127.0.0.1/rest/v1/rpc/${name}`;
  // @supabase/lite requires an API key, but the claims decide the role.
  const headers = { apikey: "any" };
  const answer = await rest.fetch(new Request(url, { method: "POST", headers }), { role });
  return [answer.status, await answer.json()];
}

async function limitsAreThePlatforms(rest: Rest, sql: postgres.Sql): Promise<void> {
  assert.deepEqual(await call(rest, "limits", "anon"), [200, ["3s", "8s"]]);
  assert.deepEqual(await call(rest, "limits", "authenticated"), [200, ["8s", "8s"]]);
  assert.deepEqual(await call(rest, "limits", "service_role"), [200, ["8s", "8s"]]);
  const [row] = await sql`select public.limits() as limits`;
  assert.deepEqual(row?.limits, ["2min", "0"]);
}

async function slowStatementsEnd(rest: Rest, sql: postgres.Sql): Promise<void> {
  await sql`alter role anon set statement_timeout = '2s'`;
  const [status, body] = await call(rest, "slow", "anon");
  assert.deepEqual([status, (body as { code: string }).code], [500, "57014"]);
  assert.deepEqual(await call(rest, "limits", "anon"), [200, ["2s", "8s"]]);
  assert.deepEqual(await call(rest, "limits", "service_role"), [200, ["8s", "8s"]]);
}

Deno.test("REST and the roles' timeouts", { sanitizeExit: false }, async (test) => {
  await withServer(async (server) => {
    await bootstrap(server);
    await withClient(server, "postgres", async (sql) => {
      await sql.unsafe(FUNCTIONS);
      const rest = await restOf(server);
      const noMore = silenceDatabaseErrors();
      await test.step("each role has the platform's timeout", () =>
        limitsAreThePlatforms(rest, sql));
      await test.step(
        "a slow statement ends with 57014 at the role's current timeout",
        () => slowStatementsEnd(rest, sql),
      );
      await noMore();
      await rest.close();
    });
  });
});
