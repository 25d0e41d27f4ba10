/** Each rule is shown a tree that breaks it and its neighbour that does not. */
import assert from "node:assert/strict";
import { makeSource, type Source } from "./source.ts";
import { rules, tidy } from "./tidy.ts";

const files = (tree: Record<string, string>): Source[] =>
  Object.entries(tree).map(([path, text]) => makeSource(path, text));

/** The places where one rule is broken, as `path:line`. */
function broken(rule: string, tree: Record<string, string>): string[] {
  return tidy(files(tree)).filter((breach) => breach.rule === rule).map(({ path, line }) =>
    `${path}:${line}`
  );
}

const statements = (count: number) => "  step();\n".repeat(count);
const shown = new Set<string>();

/** A case fails when the rule misses what is wrong, or finds fault with what is right. */
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

rule("file-length", { "a.ts": "\n".repeat(301) }, ["a.ts:1"], { "a.ts": "\n".repeat(300) });

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

rule(
  "dead-export",
  {
    "deno.json": `{"tasks":{"start":"deno run a.ts"}}`,
    "a.ts": `import { used } from "./b.ts";\nused();\n`,
    "b.ts":
      "export function used() {}\nexport const { lost } = { lost: 1 };\nexport const tested = 1;\n" +
      "export type Unused = 1;\n",
    "b.test.ts": `import { tested } from "./b.ts";\n`,
  },
  ["b.ts:2", "b.ts:3", "b.ts:4"],
  {
    "deno.json": `{"tasks":{"start":"deno run a.ts"},"imports":{"words":"./words.ts"}}`,
    "a.ts":
      `import type { T } from "./b.ts";\nimport * as c from "./c.ts";\nimport { w as v } from "words";\n` +
      `const { late } = await import("./d.ts");\n`,
    "b.ts": "export interface T {}\nexport const inner = 1;\ninner;\n" +
      "export interface Options {}\nlet defaults: Options;\n",
    "b.test.ts": `import { inner } from "./b.ts";\n`,
    "c.ts": "export const x = 1;\n",
    "d.ts": "export const late = 1;\n",
    "words.ts": `export { w } from "./e.ts";\n`,
    "e.ts": "export const w = 1;\n",
    "supabase/functions/credits/app.ts": "export const app = 1;\n",
    "packages/client/mod.ts": "export const client = 1;\n",
    "packages/stack/deno.json": `{"name":"@farthing/stack","exports":{"./redis":"./redis.ts"}}`,
    "packages/stack/redis.ts": "export const forTests = 1;\n",
    "redis.test.ts": `import { forTests } from "@farthing/stack/redis";\n`,
    "late.test.ts":
      `const url = new URL("./g.ts", import.meta.url);\nconst { g } = await import(url.href) as T;\n`,
    "g.ts": "export const g = 1;\ng;\n",
    "tests/support.ts": "export const help = 1;\n",
    "tests/a.test.ts": `import { help } from "./support.ts";\n`,
  },
);

rule(
  "dead-module",
  { "scripts/a.ts": "run();\n" },
  ["scripts/a.ts:1"],
  {
    "deno.json": `{"tasks":{"a":"deno run -A scripts/a.ts"}}`,
    "scripts/a.ts": `import "./b.ts";\nnew URL("./c.ts", import.meta.url);\n`,
    "scripts/b.ts": "",
    "scripts/c.ts": "",
    "scripts/c.test.ts": "",
  },
);

rule(
  "package-face",
  {
    "packages/stack/a.ts": `import type { T } from "../../scripts/b.ts";\n`,
    "packages/stack/deep/b.ts": `\nexport { x } from "../../stripe/mod.ts";\n`,
    "scripts/b.ts": `await import("../packages/stripe/mod.ts");\n`,
    "tests/b.ts": `let x: import("../packages/stripe/inside.ts").X;\n`,
  },
  ["packages/stack/a.ts:1", "packages/stack/deep/b.ts:2", "scripts/b.ts:1", "tests/b.ts:1"],
  {
    "packages/stack/deep/b.ts": `import "../a.ts";\nimport "@farthing/stripe";\n`,
    "scripts/b.ts": `import "@farthing/stripe";\nimport "./packages/c.ts";\n`,
  },
);

rule(
  "pinned",
  {
    "deno.json": `{"imports":{\n"a":"npm:a@^1.0.0",\n"b":"npm:@s/b@1.2",\n"c":"npm:c"}}`,
    "packages/client/package.json": `{"dependencies":{\n"react":"^19.0.0",\n"b":"npm:@s/b@1"}}`,
    "a.ts": `import "npm:x@1";\nawait import("https://esm.example/x");\n`,
    "README.md": "npx -y deno task start\n",
  },
  [
    "README.md:1",
    "a.ts:1",
    "a.ts:2",
    "deno.json:2",
    "deno.json:3",
    "deno.json:4",
    "packages/client/package.json:2",
    "packages/client/package.json:3",
  ],
  {
    "deno.json": `{"imports":{"a":"npm:@s/a@1.0.0-beta.1/sub","b":"./b.ts","c":"node:fs"}}`,
    "packages/client/package.json":
      `{"devDependencies":{"react":"19.0.0","own":"workspace:*","b":"npm:@s/b@1.0.0"}}`,
    "a.ts": `import "npm:x@1.0.0/sub";\nimport "hono";\n`,
    "README.md": "Run `npx -y --prefer-offline deno@2.9.6 task start`, or npx -y supabase@3.1.0.\n",
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
  "supabase/tests/foundation/guards.test.sql": "",
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

Deno.test("tidy shows for each of its rules that it can fail", () => {
  assert.deepEqual(rules.map(({ name }) => name).filter((name) => !shown.has(name)), []);
});
