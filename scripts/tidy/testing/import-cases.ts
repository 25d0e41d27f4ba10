/** Test cases for the rules about imports. */

/**
 * The rule's name, files that break it, where they break it as `path:line`, and similar files that
 * do not break it.
 */
export type RuleCase = readonly [
  name: string,
  wrong: Record<string, string>,
  places: string[],
  right: Record<string, string>,
];

const SHARED = "supabase/functions/_shared/";
const takes = (path: string) => `import type { A } from "${path}";\nexport type B = A;\n`;

export const IMPORT_CASES: readonly RuleCase[] = [
  [
    "floors",
    {
      [`${SHARED}core/a.ts`]: takes("../http/b.ts"),
      [`${SHARED}http/b.ts`]: "export type A = 1;\n",
      [`${SHARED}adapters/mail/c.ts`]: takes("../stripe/d.ts"),
      [`${SHARED}adapters/stripe/d.ts`]: 'export type A = import("../../http/b.ts").A;\n',
      [`${SHARED}odd/e.ts`]: "export const e = 1;\n",
      "packages/local-stack/deno.json": `{"name":"@farthing/stack","exports":"./mod.ts"}`,
      "packages/local-stack/mod.ts": "export type A = 1;\n",
      "packages/stripe-emulator/mod.ts": takes("@farthing/stack"),
      "packages/stripe-emulator/payments/f.ts": "export type A = 1;\n",
      "packages/stripe-emulator/resources/g.ts": takes("../payments/f.ts"),
    },
    [
      "packages/stripe-emulator/mod.ts:1",
      "packages/stripe-emulator/resources/g.ts:1",
      ...["adapters/mail/c.ts", "adapters/stripe/d.ts", "core/a.ts", "odd/e.ts"].map((at) =>
        `${SHARED}${at}:1`
      ),
    ],
    {
      "packages/stripe-emulator/deno.json": `{"name":"@farthing/stripe","exports":"./mod.ts"}`,
      "packages/local-stack/mod.ts": takes("@farthing/stripe"),
      "packages/stripe-emulator/mod.ts": "export type A = 1;\n",
      "packages/stripe-emulator/payments/f.ts": takes("../resources/g.ts"),
      "packages/stripe-emulator/resources/g.ts": "export type A = 1;\n",
      [`${SHARED}core/a.ts`]: "export type A = 1;\n",
      [`${SHARED}core/a.test.ts`]: takes("../http/b.ts"),
      [`${SHARED}http/b.ts`]: takes("../core/a.ts"),
    },
  ],
  [
    "cycles",
    {
      [`${SHARED}core/a.ts`]: `import "./b.ts";\n` + takes("./c.ts"),
      [`${SHARED}core/b.ts`]: takes("./a.ts"),
      [`${SHARED}core/c.ts`]: "export type A = 1;\n",
      "scripts/play/main.ts": takes("./parts/a.ts"),
      "scripts/play/parts/a.ts": takes("../b.ts"),
      "scripts/play/b.ts": "export type A = 1;\n",
      "packages/x/one/in/a.ts": takes("../../two/in/b.ts"),
      "packages/x/two/in/b.ts": "export type A = 1;\n",
      "packages/x/two/deep/c.ts": `let late: import("../../one/deep/d.ts").A;\n`,
      "packages/x/one/deep/d.ts": "export type A = 1;\n",
    },
    ["packages/x/one/in/a.ts:1", "scripts/play/main.ts:1", `${SHARED}core/a.ts:1`],
    {
      [`${SHARED}core/a.ts`]: takes("./b.ts"),
      [`${SHARED}core/b.ts`]: "export type A = 1;\n",
      [`${SHARED}core/b.test.ts`]: takes("./a.ts"),
      "scripts/play/main.ts": takes("./parts/a.ts") + `import "./b.ts";\n`,
      "scripts/play/parts/a.ts": "export type A = 1;\n",
      "scripts/play/b.ts": "export type A = 1;\n",
      "tests/a.ts": takes("./b.ts"),
      "tests/b.ts": takes("./a.ts"),
    },
  ],
  [
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
  ],
  [
    "dead-module",
    { "scripts/a.ts": "run();\n", "examples/next/lib/page.ts": "", "examples/next/app/a.ts": "" },
    ["examples/next/app/a.ts:1", "examples/next/lib/page.ts:1", "scripts/a.ts:1"],
    {
      "examples/next/proxy.ts": "export function proxy() {}\n",
      "examples/next/app/page.tsx": "export default function Page() {}\n",
      "examples/next/app/api/pictures/route.ts": "export function POST() {}\n",
      "deno.json": `{"tasks":{"a":"deno run -A scripts/a.ts"}}`,
      "scripts/a.ts": `import "./b.ts";\nnew URL("./c.ts", import.meta.url);\n`,
      "scripts/b.ts": "",
      "scripts/c.ts": "",
      "scripts/c.test.ts": "",
    },
  ],
  [
    "package-exports",
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
  ],
  [
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
      "README.md":
        "Run `npx -y --prefer-offline deno@2.9.6 task start`, or npx -y supabase@3.1.0.\n",
    },
  ],
];
