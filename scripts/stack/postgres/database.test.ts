/** One real server: what the stack, the tests and the bench count on. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { createScheduler } from "../cron/scheduler.ts";
import { sendQueued } from "../net/sender.ts";
import { cleanUpOnSignals, withCleanup } from "../../test/cleanup.ts";
import { type DatabaseServer, startDatabase } from "./database.ts";
import { isAlive } from "./process.ts";

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

async function withServer(use: (server: DatabaseServer) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-database-test-" });
  await Deno.chmod(dataDir, 0o755); // the server's account has to get in
  const noMore = cleanUpOnSignals();
  let starting: Promise<DatabaseServer> | undefined;
  const cleanup = async () => {
    await starting?.then((server) => server.stop(), () => {});
    await Deno.remove(dataDir, { recursive: true });
  };
  await withCleanup(cleanup, async () => {
    await use(await (starting = startDatabase({ dataDir, port: freePort() })));
  });
  noMore();
}

async function withClient(
  server: DatabaseServer,
  database: string,
  use: (sql: postgres.Sql) => Promise<void>,
): Promise<void> {
  const sql = server.connect(database, { max: 2 });
  await use(sql).finally(() => sql.end());
}

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

/** Looks at `at`, in seconds from an hour's beginning. */
const second = (at: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, at));

async function schedules(sql: postgres.Sql, open: () => postgres.Sql): Promise<void> {
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
  await sql`update cron.job set username = 'clerk' where jobname = 'clerk'`;
  await assert.rejects(put("x", "every day", "select 1"), { code: "22023" });
  await assert.rejects(put("x", "60 seconds", "select 1"), { code: "22023" });

  const scheduler = createScheduler(sql, open);
  for (const at of [59, 89, 119, 120, 121]) await scheduler.tick(second(at));
  const ran = await sql`select who from ran order by who`;
  assert.deepEqual(ran.map(({ who }) => who), ["clerk", "clerk", "postgres"]);
  const [failed] = await sql`
    select return_message from cron.job_run_details where status = 'failed'`;
  assert.equal(failed?.return_message, "ERROR:  division by zero");

  await sql`select cron.unschedule('good')`;
  await assert.rejects(sql`select cron.unschedule('good')`);
  await assert.rejects(
    sql.begin(async (transaction) => {
      await transaction`set local role clerk`;
      await transaction`select cron.schedule('* * * * *', 'x')`;
    }),
    { code: "42501" },
  );
}

async function requests(sql: postgres.Sql, url: string): Promise<void> {
  await sql`create extension pg_net with schema public`;
  await sql.begin(async (transaction) => {
    await transaction`select net.http_post(${url}, '{"a":1}', '{"q":"é &"}')`;
    await transaction`select net.http_get(${url}, timeout_milliseconds := 2000)`;
    await transaction`select net.http_get('http://127.0.0.1:1/')`;
  });
  await sql.begin(async (transaction) => {
    await transaction`select net.http_get(${url})`;
    throw new Error("rolled back");
  }).catch(() => {});
  assert.equal(await sendQueued(sql), 3);
  assert.equal(await sendQueued(sql), 0);
  const responses = await sql`
    select status_code, content, error_msg is null as answered from net._http_response order by id`;
  assert.deepEqual(responses.map((row) => ({ ...row })), [
    { status_code: 200, content: 'POST ?q=%C3%A9%20%26 {"a": 1}', answered: true },
    { status_code: 200, content: "GET  ", answered: true },
    { status_code: null, content: null, answered: false },
  ]);
}

const NAME = "database server and its stand-ins for pg_cron and pg_net";

Deno.test(NAME, { sanitizeExit: false }, async (test) => {
  await withServer(async (server) => {
    const open = () => server.connect("postgres", { max: 1 });
    await test.step("a template is cloned, a database dropped twice", () => clones(server));
    await test.step("what was committed outlives kill -9", () => recovers(server));
    await test.step(
      "due jobs run as their users, and what came of them is kept",
      () => withClient(server, "postgres", (sql) => schedules(sql, open)),
    );
    const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, echo);
    await test.step(
      "what was queued and committed is sent once, and the answers are kept",
      () => withClient(server, "postgres", (sql) => requests(sql, urlOf(http))),
    );
    await http.shutdown();
  });
});

const urlOf = ({ addr }: Deno.HttpServer<Deno.NetAddr>) => `http://127.0.0.1:${addr.port}/`;

async function echo(request: Request): Promise<Response> {
  const { search } = new URL(request.url);
  return new Response(`${request.method} ${search} ${await request.text()}`);
}
