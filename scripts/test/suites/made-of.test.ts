import { deepEqual, ok } from "node:assert/strict";
import { ROOT } from "../../command/root.ts";
import { findTests } from "../../test-tools/deno-tests.ts";
import { readGraph } from "../../test-tools/module-graph.ts";
import { suites } from "../suites.ts";
import { PAGES } from "./unaffected-tests.ts";
import {
  BEFORE_SQL,
  DATABASE,
  DEPLOY_COMMAND,
  NOT_OF_SERVICE,
  SERVICE,
  TESTED_FUNCTIONS,
  UPLOAD,
} from "./made-of.ts";

/** Returns the project's own modules that these modules import, directly or through others. */
const modulesOf = async (entries: readonly string[]) => [...(await readGraph(entries)).keys()];

const isIn = (folders: readonly string[]) => (path: string) =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

const isOutsideService = isIn(NOT_OF_SERVICE);

Deno.test("no test of the service imports a file that a push may leave its suite out for", async () => {
  const tests = (await findTests(["tests"])).filter((path) => !isOutsideService(path));
  const modules = await modulesOf(tests);
  ok(modules.length > 500, `only ${modules.length} modules were found`);
  deepEqual(modules.filter(isOutsideService), []);
});

Deno.test("no test of the service names such a file", async () => {
  const tests = (await findTests(["tests"])).filter((path) => !isOutsideService(path));
  const named = [];
  for (const path of (await modulesOf(tests)).filter((path) => path.startsWith("tests/"))) {
    for (
      const [, name = ""] of (await Deno.readTextFile(ROOT + path)).matchAll(
        /["'`]([\w./-]+)["'`]/g,
      )
    ) {
      if (isOutsideService(name)) named.push(`${path}: ${name}`);
    }
  }
  deepEqual(named, []);
});

Deno.test("the suites of the database import only what they are made of", async () => {
  const own = DATABASE.filter((path) => !path.startsWith(":"));
  const modules = await modulesOf(
    ["database", "guest", "catalogue", "cli"].map((name) => `scripts/test/suites/${name}.ts`),
  );
  deepEqual(modules.filter((path) => !isIn(own)(path)), []);
});

/**
 * Tests whose lists in PAGES must contain every module that they import. The app in which the
 * recipes run is copied and not imported, so it is not checked.
 */
const EXACT = [
  "tests/browser/api-page.test.ts",
  "tests/browser/emails.test.ts",
  "tests/browser/stack-pages.test.ts",
  "tests/browser/another-origin/snippets.test.ts",
];

Deno.test("upload, hosted Deno, browser and limiter import only what they are made of", async () => {
  const suite = (name: string) => [`scripts/test/suites/${name}.ts`];
  const functions = await findTests(["supabase/functions"]);
  const beforeSql = (await findTests(["tests/browser", "tests/limits"])).filter((path) =>
    !isOutsideService(path)
  );
  const found: string[] = [];
  for (
    const [own, entries] of [
      [UPLOAD, suite("deploy")],
      [DEPLOY_COMMAND, [...suite("deploy-command"), "scripts/deploy/main.ts"]],
      [TESTED_FUNCTIONS, [...suite("compat"), ...functions]],
      [BEFORE_SQL, beforeSql],
      ...EXACT.map((file) => [PAGES[file]!, [file]] as const),
    ] as const
  ) found.push(...(await modulesOf(entries)).filter((path) => !isIn(own)(path)));
  deepEqual(found, []);
});

Deno.test("each excluded path exists, and every suite of a service has a list", async () => {
  for (const path of NOT_OF_SERVICE) ok(await Deno.stat(ROOT + path), path);
  const withList = suites.filter(({ madeOf }) => madeOf === SERVICE).map(({ name }) => name);
  ok(withList.includes("http") && withList.includes("faults"), withList.join());
});
