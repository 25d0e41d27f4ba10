import assert from "node:assert/strict";
import { reasonOf, targetOf } from "./push-migrations.ts";

Deno.test("a database's password is never an argument, which every user of the machine can read", () => {
  const url =
    "postgresql://post%40gres:p%40ss%2Fw%25rd@db.example.com:6543/postgres?sslmode=require";
  assert.deepEqual(targetOf(url), {
    remote: "postgresql://post%40gres@db.example.com:6543/postgres?sslmode=require",
    env: { PGPASSWORD: "p@ss/w%rd" },
  });
});

Deno.test("a URL without a password keeps the environment's, and a reference is unchanged", () => {
  const url = "postgresql://postgres@db.example.com/postgres?options=-c%20role%3Dpostgres";
  assert.deepEqual(targetOf(url), { remote: url, env: {} });
  const project = "abcdefghijklmnopqrst";
  assert.deepEqual(targetOf(project), { remote: project, env: {} });
});

Deno.test("deploy names its own variable where the database is reachable only over IPv6", () => {
  const printed = "IPv6 is not supported on your current network\n" +
    "Pass the project's connection pooler URL with --remote=<pooler db-url> to connect over IPv4.\n";
  assert.equal(
    reasonOf({ success: false, stdout: "", stderr: printed }),
    "this machine cannot reach the database over IPv6: set DEPLOY_DATABASE_URL to the pooler's " +
      "address (dashboard, Connect)",
  );
  const refused = { success: false, stdout: "", stderr: "connection refused\n" };
  assert.equal(reasonOf(refused), "connection refused");
});
