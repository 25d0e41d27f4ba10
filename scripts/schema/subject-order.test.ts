import assert from "node:assert/strict";
import { buildMigrations } from "./build.ts";
import { problemsOf } from "./subject-order.ts";
import { forwardReferences } from "./references.ts";
import { readSchemas } from "./schema-files.ts";

const file = (path: string, text: string) => ({ path: `supabase/schemas/${path}`, text });

Deno.test("a table that refers to a later file's table is reported, and a function's body is not", () => {
  const lots = file(
    "ledger/tables.sql",
    "create table farthing.lots (order_id uuid references farthing.orders);",
  );
  const orders = file("checkout/tables.sql", "create table farthing.orders (order_id uuid);");
  assert.deepEqual(forwardReferences([orders, lots]), []);
  assert.deepEqual(forwardReferences([lots, orders]).map(({ name }) => name), ["farthing.orders"]);
  const body = "create function farthing.f() as $$ select from farthing.orders $$;";
  assert.deepEqual(forwardReferences([file("ledger/functions.sql", body), orders]), []);
});

Deno.test("the subjects are in order, and a new call of a later subject is reported", async () => {
  const files = await readSchemas();
  assert.deepEqual(problemsOf(files), []);
  const more = "\ncreate function farthing.f() as $$ select farthing.begin_top_up() $$;";
  const changed = files.map((each) =>
    each.path.endsWith("/usage/functions/charge.sql") ? { ...each, text: each.text + more } : each
  );
  assert.match(problemsOf(changed).join("\n"), /^usage calls top_ups, a later subject/);
});

Deno.test("a function that calls an exposed function is reported", () => {
  const body = "create function farthing.f() as $$ select farthing_public.holds_open() $$;";
  assert.match(
    problemsOf([file("holds/functions.sql", body)]).join(),
    /holds_open, which is exposed/,
  );
});

Deno.test("a file of an unknown kind is refused, and no file is left out", () => {
  assert.throws(
    () => buildMigrations([file("ledger/views.sql", "")]),
    /must be named after its kind/,
  );
});
