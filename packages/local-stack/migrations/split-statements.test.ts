import assert from "node:assert/strict";
import { splitStatements } from "./split-statements.ts";

Deno.test("splitStatements returns the statements that Supabase CLI 3.1.0 records for the same text", () => {
  // The expected statements are those that `supabase db push` recorded for this text.
  const text = [
    "-- Why: first; with a semicolon",
    "/* block ; comment /* nested ; */ */",
    "create schema app;  -- trailing ; comment",
    "",
    `create table app.a (id int primary key, t text default 'x;y''z', "we;ird" int);`,
    "create function app.f() returns int language plpgsql as $fn$",
    "begin",
    "  -- inner ;",
    "  perform 1; return 2;",
    "end;",
    "$fn$;;",
    "create function app.g(i int) returns int language sql begin atomic select 1; select i; end;",
    "insert into app.a values (1, E'a\\';b', 3);",
    "",
    "-- last comment without statement",
    "",
  ].join("\n");
  assert.deepEqual(splitStatements(text), [
    "-- Why: first; with a semicolon\n/* block ; comment /* nested ; */ */\ncreate schema app",
    `-- trailing ; comment\n\ncreate table app.a (id int primary key, t text default 'x;y''z', "we;ird" int)`,
    "create function app.f() returns int language plpgsql as $fn$\n" +
    "begin\n  -- inner ;\n  perform 1; return 2;\nend;\n$fn$",
    "create function app.g(i int) returns int language sql begin atomic select 1; select i; end",
    "insert into app.a values (1, E'a\\';b', 3)",
    "-- last comment without statement",
  ]);
});

Deno.test("splitStatements returns a lone comment and drops empty statements", () => {
  assert.deepEqual(splitStatements("\n\n-- nothing here\n"), ["-- nothing here"]);
  assert.deepEqual(splitStatements(" ; ;\n;"), []);
});

Deno.test("splitStatements reads a case inside begin atomic, and nested dollar quotes", () => {
  const body = "create function f() returns int begin atomic select case when true then 1 end; end";
  assert.deepEqual(splitStatements(`${body}; select 1`), [body, "select 1"]);
  const quoted = "do $a$ begin execute $b$ select ';' $b$; end $a$";
  assert.deepEqual(splitStatements(`${quoted};select $1`), [quoted, "select $1"]);
});

Deno.test("splitStatements reads an unfinished quote or comment to the end", () => {
  assert.deepEqual(splitStatements("select 'a;b"), ["select 'a;b"]);
  assert.deepEqual(splitStatements("select 1 /* a;b"), ["select 1 /* a;b"]);
  assert.deepEqual(splitStatements("select $x$ a;b"), ["select $x$ a;b"]);
});
