import assert from "node:assert/strict";
import { writesWithoutWhere } from "./writes-without-where.ts";

const plpgsql = (body: string, head = "returns void") =>
  `create function farthing.f(p_id int, p_lots farthing.lots[]) ${head} language plpgsql as $f$
   declare v_count int; v_lots farthing.lots[]; v_row record; v_sql text;
   begin ${body}
   end $f$`;
const sql = (body: string) =>
  `create function farthing.f() returns void language sql as $f$ ${body} $f$`;

const PLANTED: [string, string, string][] = [
  ["an update", plpgsql("update farthing.policy set a = 1;"), "update farthing.policy"],
  ["a delete of a table alone", plpgsql("delete from only t;"), "delete from t"],
  ["an update of a table alone", plpgsql("update only t set a = 1;"), "update t"],
  ["a delete with using", plpgsql("delete from t using u;"), "delete from t"],
  ["an update with from", plpgsql("update t set a = u.a from u;"), "update t"],
  [
    "an update whose subquery alone has a where",
    plpgsql("update t set a = (select b from u where u.id = p_id);"),
    "update t",
  ],
  [
    "an update in a common table expression",
    plpgsql("with w as (update t set a = 1 returning 1) select count(*) into v_count from w;"),
    "update t",
  ],
  [
    "a delete beside a guarded one",
    plpgsql("with a as (delete from t where id = 1), b as (delete from u) select 1 into v_count;"),
    "delete from u",
  ],
  [
    "a delete in a loop's head",
    plpgsql("for v_row in delete from t returning * loop null; end loop;"),
    "delete from t",
  ],
  [
    "an update in a branch",
    plpgsql("if p_id > 0 then null; else update t set a = 1; end if;"),
    "update t",
  ],
  [
    "a delete in an exception handler",
    plpgsql("null; exception when others then delete from t;"),
    "delete from t",
  ],
  [
    "a delete that return query runs",
    plpgsql("return query delete from t returning 1;", "returns setof int"),
    "delete from t",
  ],
  ["an update in an SQL function", sql("select 1; update t set a = 1"), "update t"],
  [
    "a delete in a body that was parsed at the creation",
    "create function f() returns void language sql begin atomic delete from t; end",
    "delete from t",
  ],
  ["an update that is executed", plpgsql("execute 'update t set a = 1';"), "update t"],
  [
    "a delete that format() makes",
    plpgsql("execute format('delete from farthing.%I', v_sql);"),
    "delete from farthing.x",
  ],
  [
    "a delete that is executed in a loop's head",
    plpgsql("for v_row in execute 'delete from t returning *' loop null; end loop;"),
    "delete from t",
  ],
  [
    "a delete that return query execute runs",
    plpgsql("return query execute 'delete from t returning 1';", "returns setof int"),
    "delete from t",
  ],
  [
    "a delete in a procedure",
    "create procedure f() language plpgsql as 'begin delete from t; end'",
    "delete from t",
  ],
];

for (const [name, definition, write] of PLANTED) {
  Deno.test(`T37: writesWithoutWhere finds ${name}`, async () => {
    assert.deepEqual(await writesWithoutWhere(definition), [write]);
  });
}

Deno.test("T37: writesWithoutWhere refuses dynamic SQL that it can't read", async () => {
  for (const text of ["v_sql", "'delete from t ' || v_sql", "format('%s', v_sql)"]) {
    const [found] = await writesWithoutWhere(plpgsql(`execute ${text};`));
    assert.match(found ?? "", /^execute .*: this check can read only a literal/, text);
  }
});

Deno.test("writesWithoutWhere accepts the statements that safeupdate accepts", async () => {
  const harmless = [
    "update t set a = 1 where id = p_id;",
    "delete from t using u where t.id = u.id;",
    "insert into t values (1) on conflict (id) do update set a = 2;",
    "select 'delete from t' into v_sql; -- update t set a = 1",
    "execute format('update %I set a = %L where id = $1', v_sql, 'x') using p_id;",
    "update t set a = 1 where one_row;",
  ];
  for (const body of harmless) assert.deepEqual(await writesWithoutWhere(plpgsql(body)), [], body);
});
