import { deepEqual, equal, ok } from "node:assert/strict";
import { ROOT } from "../../command/root.ts";
import { findTests } from "../../test-tools/deno-tests.ts";
import { readGraph } from "../../test-tools/module-graph.ts";
import { suites } from "../suites.ts";
import { packages, SHARED } from "./packages.ts";
import { PAGES } from "./unaffected-tests.ts";
import {
  BEFORE_SQL,
  CLI,
  DATABASE,
  DEPLOY_COMMAND,
  NOT_OF_SERVICE,
  SERVICE,
  SERVICE_AND_LAUNCH,
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

/** Whether Git finds a path by these pathspecs. An exclusion ends with the excluded path. */
function isMatched(specs: readonly string[]) {
  const excluded = specs.filter((spec) => spec.startsWith(":")).map((spec) => spec.split(")")[1]!);
  const included = specs.filter((spec) => !spec.startsWith(":"));
  return (path: string) => isIn(included)(path) && !isIn(excluded)(path);
}

Deno.test("the suites of the database import only what they are made of", async () => {
  const found: string[] = [];
  for (const name of ["database", "guest", "catalogue", "cli"]) {
    const modules = await modulesOf([`scripts/test/suites/${name}.ts`]);
    const isOwn = isMatched(name === "cli" ? CLI : DATABASE);
    found.push(...modules.filter((path) => !isOwn(path)).map((path) => `${name}: ${path}`));
  }
  deepEqual(found, []);
});

/**
 * Checks the list `madeOf` of each package, which names the files that its tests depend on. The
 * list may omit the tools that all tests use. It may also omit a module that the service's tests
 * import, because those tests run after each change of the module.
 */
Deno.test("the packages' tests import what they are made of, or what the service imports", async () => {
  const found: string[] = [];
  const isTool = isIn(["scripts/command", "scripts/test-tools"]);
  const ofService = new Set(
    await modulesOf((await findTests(["tests"])).filter((path) => !isOutsideService(path))),
  );
  for (const { name, madeOf, tests = `packages/${name}`, onStack } of packages) {
    const files = await findTests([tests, ...onStack === undefined ? [] : [onStack]]);
    const isOwn = isIn([...SHARED, ...madeOf]);
    found.push(
      ...(await modulesOf(files)).filter((path) =>
        !isOwn(path) && !isTool(path) && !ofService.has(path)
      ).map((path) => `${name}: ${path}`),
    );
  }
  deepEqual(found, []);
});

/**
 * Tests whose lists in PAGES (unaffected-tests.ts) must contain every module that they import. The
 * app in which the recipes run is copied and not imported, so it is not checked.
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
  const madeOf = Object.fromEntries(suites.map((suite) => [suite.name, suite.madeOf]));
  equal(madeOf["http"], SERVICE);
  equal(madeOf["faults"], SERVICE_AND_LAUNCH);
  equal(SERVICE_AND_LAUNCH.length, SERVICE.length - 1);
});
