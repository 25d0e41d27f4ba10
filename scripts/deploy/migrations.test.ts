import assert from "node:assert/strict";
import { targetOf } from "./migrations.ts";

Deno.test("a database's password is no argument, which everyone on the machine can read", () => {
  const url =
    "postgresql://post%40gres:p%40ss%2Fw%25rd@db.example.com:6543/postgres?sslmode=require";
  assert.deepEqual(targetOf(url), {
    remote: "postgresql://post%40gres@db.example.com:6543/postgres?sslmode=require",
    env: { PGPASSWORD: "p@ss/w%rd" },
  });
});

Deno.test("a URL without a password leaves the environment's, and a project is named as it is", () => {
  const url = "postgresql://postgres@db.example.com/postgres?options=-c%20role%3Dpostgres";
  assert.deepEqual(targetOf(url), { remote: url, env: {} });
  const project = "abcdefghijklmnopqrst";
  assert.deepEqual(targetOf(project), { remote: project, env: {} });
});
