/** Tests each rule twice: with files that break it, and with similar files that do not. */
import assert from "node:assert/strict";
import { makeSource, type Source } from "./sources/source.ts";
import { IMPORT_CASES } from "./testing/import-cases.ts";
import { PRINTED_CASE } from "./testing/printed-case.ts";
import { rules, tidy } from "./tidy.ts";

const files = (tree: Record<string, string>): Source[] =>
  Object.entries(tree).map(([path, text]) => makeSource(path, text));

/** Returns where these files break one rule, as `path:line`. */
function broken(rule: string, tree: Record<string, string>): string[] {
  return tidy(files(tree)).filter((breach) => breach.rule === rule).map(({ path, line }) =>
    `${path}:${line}`
  );
}

const statements = (count: number) => "  step();\n".repeat(count);
const shown = new Set<string>();

/** Adds a test that fails if the rule misses a breach or reports a correct file. */
function rule(
  name: string,
  wrong: Record<string, string>,
  places: string[],
  right: Record<string, string>,
) {
  shown.add(name);
  Deno.test(`tidy ${name} finds ${places.join(" and ")}`, () => {
    assert.deepEqual(broken(name, wrong), places);
    assert.deepEqual(broken(name, right), []);
  });
}

rule(
  "line-length",
  { "a.ts": `// ${"x".repeat(107)}\n// ${"x".repeat(108)}\n`, "b.sql": "-".repeat(111) },
  ["a.ts:2", "b.sql:1"],
  {
    "a.md": "x".repeat(200),
    "generated/types.ts": `// generated\n${"x".repeat(200)}`,
    "c.ts": "é".repeat(110),
  },
);

rule(
  "no-endless-wait",
  {
    "a.test.ts": "while (!done()) await next();\nwhile (!done()) {\n  await delay(5);\n}\n",
    "b.test.ts": "do await next(); while (!done());\nwhile (!await done());\n",
  },
  ["a.test.ts:1", "a.test.ts:2", "b.test.ts:1", "b.test.ts:2"],
  {
    "a.test.ts": "for (let at = 0; at < 9 && !done(); at++) await next();\n",
    "b.test.ts":
      "while (left > 0) left -= 1;\nwhile (!over) {\n  await one();\n  await two();\n}\n",
    "wait.ts": "while (!done()) await delay(5);\n",
  },
);

rule(
  "copied-commands",
  {
    "README.md": "Run `deno task start`.\n```sh\ndeno task start\n```\n",
    "docs/deploy.md": "1. Deploy:\n\n   ```sh\n   deno task deploy\n   ```\n",
  },
  ["README.md:1", "README.md:3", "docs/deploy.md:4"],
  {
    "CONTRIBUTING.md": "```sh\ndeno task ok\n```\n",
    "docs/deploy.md": "`deno task deploy` asks first.\n",
    "docs/recipes/a.md":
      "```sh\nnpx -y deno@2.9.6 task start\n```\n`npx -y deno@2.9.6 task stop`\n",
  },
);

rule("file-length", { "a.ts": "\n".repeat(301) }, ["a.ts:1"], { "a.ts": "\n".repeat(300) });

const SQL = "supabase/schemas/holds/";

rule(
  "small-file",
  {
    "scripts/play/a.ts": `import { b } from "./b.ts";\nb();\n` + statements(20),
    "scripts/play/b.ts": "export const b = 1;\n",
    [`${SQL}functions/one.sql`]: "create function farthing.one()\n",
    [`${SQL}functions/two.sql`]: "select farthing.one();\n" + "\n".repeat(20),
    [`${SQL}functions/three.sql`]: "select 3;\n",
  },
  ["scripts/play/b.ts:1", `${SQL}functions/one.sql:1`, `${SQL}functions/three.sql:1`],
  {
    "scripts/play/a.ts": `import { b } from "./b.ts";\nb();\n` + statements(20),
    "scripts/play/b.ts": "export const b = 1;\n" + statements(19),
    "scripts/play/c.ts": "export const c = 1;\n",
    "scripts/play/d.ts": `import { c } from "./c.ts";\n` + statements(20),
    "scripts/play/e.ts": `import { c } from "./c.ts";\n` + statements(20),
    "scripts/other/f.ts": "export const f = 1;\n",
    "scripts/play/g.ts": `import { f } from "../other/f.ts";\n` + statements(20),
    "scripts/play/main.ts": "run();\n",
    "tests/h.ts": "export const h = 1;\n",
    [`${SQL}functions/one.sql`]: "create function farthing.one()\n",
    [`${SQL}api.sql`]: "select farthing.one();\n",
  },
);

rule(
  "function-length",
  {
    "a.ts": `/** Why. */\nfunction long() {\n${statements(69)}}\nconst f = () => {\n${
      statements(69)
    }};\n`,
    "b.ts": `class A {\n  m() {\n${statements(69)}  }\n}\n`,
  },
  ["a.ts:2", "a.ts:73", "b.ts:2"],
  {
    "a.ts": `function fits() {\n${statements(68)}}\ndescribe("all", () => {\n${
      statements(90)
    }});\n`,
  },
);

const sqlFunction = (name: string, lines: number, quote = "$$") =>
  `create or replace function ${name}() returns void language plpgsql as ${quote}\n` +
  "-- line\n".repeat(lines - 2) + `${quote};\n`;

rule(
  "sql-function-length",
  {
    "a.sql": "-- why\n" + sqlFunction("credits.debit", 71) +
      sqlFunction("credits.grant", 71, "$fn$"),
  },
  ["a.sql:2", "a.sql:73"],
  {
    "a.sql": sqlFunction("credits.debit", 70) + "-- a table\n".repeat(90) +
      "create function one() returns int language sql return 1;\n" + "-- more\n".repeat(90),
  },
);

rule(
  "no-any",
  { "a.ts": "let x: any;\nconst y = x as any;\n// @ts-ignore because\n" },
  ["a.ts:1", "a.ts:2", "a.ts:3"],
  { "a.ts": "let any: unknown; // any of them\n", "generated/a.ts": "// generated\nlet x: any;\n" },
);

rule(
  "no-console",
  { "supabase/functions/credits/app.ts": "console.log(1);\n" },
  ["supabase/functions/credits/app.ts:1"],
  {
    "scripts/a.ts": "console.log(1);\n",
    "supabase/functions/_shared/http/logger.ts": "console.log(1);\n",
    "supabase/functions/credits/app.ts": "// console.log\n",
  },
);

const note = ["TO", "DO"].join("");
rule("no-leftover", { "a.md": `fine\n${note}: later\n` }, ["a.md:2"], {
  "a.md": `${note}S in MAST${note}N\n`,
});

const home = ["/ro", "ot/.cache"].join("");
rule(
  "no-machine",
  {
    "a.md": `in ${home}\n`,
    "b.sh": ["cd /wo", "rk\n"].join(""),
    "c.md": ["https://registry.npm", "js.org/x\n"].join(""),
  },
  ["a.md:1", "b.sh:1", "c.md:1"],
  { "a.md": "GET /v1/work/tmp, ./tmp/x, docs/root/a, https://example.com/tmp/x, /workers\n" },
);

rule(
  "generated-mark",
  { "a/generated/x.ts": "export {};\n", "a/generated/y.json": `{\n  "openapi": "3.1.0"\n}\n` },
  ["a/generated/x.ts:1", "a/generated/y.json:1"],
  {
    "a/generated/x.ts": "// Generated by `deno task types`.\n",
    "a/generated/y.json": `{\n  "x-generated": "by deno task openapi",\n  "openapi": "3.1.0"\n}\n`,
  },
);

rule("kebab-case", { "loginForm.ts": "", "a_b.test.ts": "" }, ["a_b.test.ts:1", "loginForm.ts:1"], {
  "login-form.test.tsx": "",
  "vite.config.ts": "",
});

rule(
  "wording",
  {
    "a.ts": `// Fine.\n/** Whoever asks is refused. */\nfail("The door is shut for now.");\n` +
      `// The caller waits. What is left\n// is released.\n`,
    "b.sql":
      `-- Of what was long ago nobody knows.\ncomment on table a is 'Rows that a '\n  'door reads.';\n`,
    "c.md": `# Endpoints\n\n- Each one waits.\n- Whatever it is, the service\n  is away.\n`,
    "d.sh": `echo a # after a time-out\n`,
  },
  ["a.ts:2", "a.ts:3", "a.ts:4", "b.sql:1", "b.sql:3", "c.md:4", "c.md:5", "d.sh:1"],
  {
    "a.ts": `const door = "door"; // Who asks? The caller does, and is told apart.\n` +
      `it("gets \`door\` and no more"); // see door.ts\n`,
    "b.sql": `-- A row is thrown away.\nselect door from a where b = 'the door';\n`,
    "c.md":
      `## What it does\n\n| what |\n| --- |\n| a \`door\` |\n\n\`\`\`sh\n# the door is shut\n\`\`\`\n`,
    "CHANGELOG.md": `The door is an endpoint now.\n`,
  },
);

const migration = (name: string) => `supabase/migrations/${name}`;
rule(
  "migrations",
  {
    [migration("20261101000000_ledger.sql")]: "create table a();\n",
    [migration("20261101000000_lots.sql")]: "-- Lots.\n",
    [migration("ledger.sql")]: "-- The ledger.\n",
  },
  ["20261101000000_ledger.sql:1", "20261101000000_lots.sql:1", "ledger.sql:1"].map(migration),
  { [migration("20261101000000_ledger.sql")]: "-- The ledger: why.\n" },
);

rule("database-tests", { "supabase/tests/ledger.sql": "" }, ["supabase/tests/ledger.sql:1"], {
  "supabase/tests/foundation/catalogue.test.sql": "",
});

rule(
  "pages",
  { "README.md": "[a](docs/a.md) [b](docs/none.md#x)\n", "docs/a.md": "", "docs/lost.md": "" },
  ["README.md:1", "docs/lost.md:1"],
  {
    "README.md": "[a](docs/a.md#top), [out](https://example.com), [dir](scripts)\n",
    "docs/a.md": "[b]: ../docs/b/c.md\n\n```md\n[x](nowhere.md)\n```\n",
    "docs/b/c.md": "[home](../../README.md)\n",
    "scripts/a.ts": "",
  },
);

rule(
  "paths",
  {
    "docs/a.md": "`core/moved.ts`, `scripts/none`\n`b.sql`\n",
    "scripts/a.ts": "// gone.ts has why\n/** As in b/gone.test.ts. */\n",
    "c.sql": "-- supabase/gone.sql\n",
  },
  ["c.sql:1", "docs/a.md:1", "docs/a.md:1", "docs/a.md:2", "scripts/a.ts:1", "scripts/a.ts:2"],
  {
    "docs/a.md": "`core/b.ts`, `scripts/core`, `tests/core/b`, `*.test.ts`, `Event.d.ts`\n" +
      "`text/csv`, `.farthing/stack.env`\n```sh\ncat `none.ts`\n```\n",
    "CHANGELOG.md": "`gone.ts`\n",
    "scripts/core/b.ts": "const gone = 'gone.ts'; // b.ts, ../core/b.ts, https://a.org/gone.ts\n",
    "tests/core/b.test.sql": "",
  },
);

const mutants = (...chosen: [file: string, find: string][]) => ({
  "scripts/mutate/chosen.json": JSON.stringify(
    chosen.map(([file, find]) => ({ file, find })),
    null,
    2,
  ),
});
rule(
  "chosen-mutants",
  {
    ...mutants(["a.sql", "a < b"], ["a.sql", "c\n"], ["a.sql", "gone"], ["moved.sql", "c"]),
    "a.sql": "a < b\nc\na < b\n",
  },
  [4, 12, 16].map((line) => `scripts/mutate/chosen.json:${line}`),
  { ...mutants(["a.sql", "c\n"], ["b.sql", "c\n"]), "a.sql": "c\n", "b.sql": "c c\n" },
);

for (const each of [...IMPORT_CASES, PRINTED_CASE]) rule(...each);

Deno.test("tidy shows for each of its rules that it can fail", () => {
  assert.deepEqual(rules.map(({ name }) => name).filter((name) => !shown.has(name)), []);
});
