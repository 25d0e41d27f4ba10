/**
 * Tests a real PostgreSQL server: the behaviour that the stack, the tests and the benchmarks depend
 * on.
 */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { isAlive } from "../core/processes.ts";
import { createScheduler } from "../cron/scheduler.ts";
import { bootstrap } from "./bootstrap.ts";
import { type DatabaseServer, startDatabase } from "./database.ts";
import { withClient, withServer } from "./testing/server.ts";

async function clones(server: DatabaseServer): Promise<void> {
  await server.createDatabase("base");
  await withClient(server, "base", async (sql) => {
    await sql`create table kept (id int)`;
  });
  await server.createDatabase("copy", { template: "base" });
  await withClient(server, "copy", async (sql) => {
    assert.deepEqual([...await sql`select id from kept`], []);
  });
  await server.dropDatabase("copy");
  await server.dropDatabase("copy");
}

async function recovers(server: DatabaseServer): Promise<void> {
  await withClient(server, "base", async (sql) => {
    await sql`insert into kept values (1)`;
  });
  const { pid = 0 } = server;
  await server.crash();
  assert.equal(isAlive(pid), false);
  assert.equal(server.pid, undefined);
  let ups = 0;
  server.onUp(() => ups++);
  await server.restart();
  assert.equal(ups, 1);
  await withClient(server, "base", async (sql) => {
    assert.deepEqual((await sql`select id from kept`).map(({ id }) => id), [1]);
  });
}

/** Returns the time `at` seconds after the full hour. */
const second = (at: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, at));

async function schedules(sql: postgres.Sql, admin: postgres.Sql, open: () => postgres.Sql) {
  await sql`create extension pg_cron with schema pg_catalog`;
  await sql`create table ran (who text)`;
  await sql`create role clerk`;
  await sql`grant insert on ran to clerk`;
  const put = (name: string, schedule: string, command: string) =>
    sql`select cron.schedule(${name}, ${schedule}, ${command}) as id`;
  const insert = "insert into ran values (current_user)";
  const [first] = await put("good", "* * * * *", insert);
  const [again] = await put("good", "*/2 * * * *", insert);
  assert.equal(first?.id, again?.id, "the same name is the same job");
  await put("bad", "*/2 * * * *", "select 1/0");
  await put("clerk", "30 seconds", insert);
  await assert.rejects(sql`update cron.job set username = 'clerk'`, { code: "42501" });
  await admin`update cron.job set username = 'clerk' where jobname = 'clerk'`;
  await assert.rejects(put("x", "every day", "select 1"), { code: "22023" });
  await assert.rejects(put("x", "60 seconds", "select 1"), { code: "22023" });

  const scheduler = createScheduler(admin, open);
  for (const at of [59, 89, 119, 120, 121]) await scheduler.tick(second(at));
  const ran = await sql`select who from ran order by who`;
  assert.deepEqual(ran.map(({ who }) => who), ["clerk", "clerk", "postgres"]);
  const [failed] = await sql`
    select return_message from cron.job_run_details where status = 'failed'`;
  assert.equal(failed?.return_message, "ERROR:  division by zero");

  await sql`select cron.unschedule('good')`;
  await sql`delete from cron.job_run_details`;
  await assert.rejects(sql`select cron.unschedule('good')`);
  await assert.rejects(
    sql.begin(async (transaction) => {
      await transaction`set local role clerk`;
      await transaction`select cron.schedule('* * * * *', 'x')`;
    }),
    { code: "42501" },
  );
}

/**
 * Tests that the server refuses the data of an older version of the stack. In that data, the role
 * `postgres` is a superuser.
 */
async function isRefusedWithASuperuser(server: DatabaseServer): Promise<void> {
  const admin = server.connectAsAdmin("postgres", { max: 1 });
  await admin`alter role postgres superuser`.finally(() => admin.end());
  await server.stop();
  const dataDir = server.directory.replace(/\/postgres$/, "");
  await assert.rejects(startDatabase({ dataDir, port: server.port }), /deno task reset/);
}

const NAME = "database server and its emulator for pg_cron";

Deno.test(NAME, { sanitizeExit: false }, async (test) => {
  await withServer(async (server) => {
    const open = () => server.connectAsAdmin("postgres", { max: 1 });
    await test.step("a template is cloned, and a database can be dropped twice", () =>
      clones(server));
    await test.step("committed work survives kill -9", () => recovers(server));
    await test.step(
      "due jobs run as their users, and their results are stored",
      async () => {
        await bootstrap(server);
        const admin = open();
        await withClient(server, "postgres", (sql) => schedules(sql, admin, open))
          .finally(() => admin.end());
      },
    );
    await test.step(
      "a data directory whose role postgres is a superuser is refused",
      () => isRefusedWithASuperuser(server),
    );
  });
});
