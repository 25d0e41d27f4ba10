import assert from "node:assert/strict";
import { linesAdded } from "./changed-lines.ts";
import { place, readChosen } from "./chosen-mutants.ts";
import { drawMutants } from "./draw-mutants.ts";
import { functionMistakes } from "./function-mistakes.ts";
import { applied, type Mutant } from "./mutant.ts";
import { textOf } from "./mutated-files.ts";
import { figuresOf } from "./report.ts";
import { lockMistakes, sqlMistakes } from "./sql-mistakes.ts";

const after = (text: string, mutants: Mutant[][]) =>
  mutants.flat().map((mutant) => applied(text, mutant)).sort();

Deno.test("mistakes in SQL are made in code, but not in comments or texts", () => {
  const text = [
    "-- a < b and c is null",
    "select 'a < b' where a <= b",
    "  and c = 1",
    "  and d > now() - interval '4 hours';",
    "comment on table t is 'a < b; interval ''1 day''';",
  ].join("\n");
  const made = after(text, sqlMistakes("a.sql", text));
  const changes = [
    text.replace("a <= b\n", "a < b\n"),
    text.replace("c = 1", "c <> 1"),
    text.replace("d > now", "d >= now"),
    text.replace("() - interval", "() + interval"),
    text.replace("interval '4 hours'", "(interval '4 hour' / 4)"),
    text.replace("  and c = 1", "  -- dropped"),
    text.replace("  and d > now() - interval '4 hours';", "  ;"),
  ];
  for (const change of changes) assert(made.includes(change), change);
  for (const each of made) {
    assert(each.startsWith("-- a < b and c is null\nselect 'a < b' where"), each);
    assert(each.endsWith("comment on table t is 'a < b; interval ''1 day''';"), each);
  }
});

Deno.test("each lock is omitted, and similar words are not", () => {
  const text = [
    "perform from farthing.accounts where a = 1 for no key update;",
    "select * into v_job from jobs for update of j skip locked;",
    "perform pg_advisory_xact_lock(hashtextextended(p_key, 0));",
    "lock table farthing.rates in share row exclusive mode;",
    "create policy own on farthing.logs for update to authenticated;",
  ].join("\n");
  assert.deepEqual(
    after(text, lockMistakes("a.sql", text)),
    [
      text.replace(" for no key update", ""),
      text.replace(" for update of j skip locked", ""),
      text.replace(" skip locked", ""),
      text.replace("(hash", "(pg_backend_pid() + 0 * hash"),
      text.replace(/lock table .*/, "null;"),
    ].sort(),
  );
});

Deno.test("mistakes in functions are made in code, but not in types or imports", () => {
  const text = `import { a } from "b";
type T = { on: true };
export function f(x: number): boolean {
  if (x > 20) throw new Error("no");
  log("a" + x + "b");
  return x === 3 && true;
}
`;
  assert.deepEqual(
    after(text, functionMistakes("a.ts", text)),
    [
      text.replace("x > 20", "x >= 20"),
      text.replace("x > 20", "!(x > 20)"),
      text.replace("20", "(20 / 4)"),
      text.replace('throw new Error("no");', ";"),
      text.replace('log("a" + x + "b");', ";"),
      text.replace("===", "!=="),
      text.replace("= 3", "= (3 / 4)"),
      text.replace("&&", "||"),
      text.replace("&& true", "&& false"),
    ].sort(),
  );
});

Deno.test("a seed always draws the same mistakes, each once, and another seed draws others", async () => {
  const drawn = await drawMutants("sql", 40, 7);
  assert.deepEqual(await drawMutants("sql", 40, 7), drawn);
  assert.notDeepEqual(await drawMutants("sql", 40, 8), drawn);
  assert.equal(new Set(drawn.map((each) => JSON.stringify(each))).size, 40);
  assert(new Set(drawn.map(({ says }) => says)).size > 8);
});

Deno.test("mistakes are drawn only in lines that are new since a commit", async () => {
  const diff = [
    "--- a/one.sql",
    "+++ b/one.sql",
    "@@ -3,2 +3 @@",
    "@@ -9,0 +8,2 @@",
    "+a",
    "--- a/two.sql",
  ]
    .concat("+++ b/two.sql", "@@ -5,2 +4,0 @@", "-a", "-b").join("\n");
  assert.deepEqual([...linesAdded(diff)], [["one.sql", new Set([3, 8, 9])], [
    "two.sql",
    new Set(),
  ]]);
  await assert.rejects(drawMutants("sql", 40, 7, "no-commit"), /git cannot compare with no-commit/);
});

Deno.test("a chosen mistake is placed where its file has its text exactly once", async () => {
  const [chosen] = await readChosen();
  assert(chosen);
  const placed = await place(chosen);
  assert(placed);
  const text = await textOf(chosen.file);
  assert.equal(applied(text, placed), text.replace(chosen.find, () => chosen.replace));
  for (const change of [{ find: "e" }, { find: "a text that it lacks" }, { file: "missing.ts" }]) {
    assert.equal(await place({ ...chosen, ...change }), undefined);
  }
});

Deno.test("an area is judged by its effective mutants and its own floor", () => {
  const outcome = { key: "", at: "", says: "", before: "", after: "", by: "", ms: 0 };
  const of = (area: "sql" | "locks", is: "killed" | "survived" | "invalid", count: number) =>
    Array.from({ length: count }, () => ({ ...outcome, area, is }));
  const figures = figuresOf([
    ...of("sql", "killed", 94),
    ...of("sql", "survived", 6),
    ...of("locks", "killed", 9),
    ...of("locks", "survived", 1),
    ...of("locks", "invalid", 5),
  ]);
  assert.deepEqual(figures.map(({ area, part, isEnough }) => [area, part, isEnough]), [
    ["sql", 0.94, false],
    ["locks", 0.9, true],
  ]);
});
