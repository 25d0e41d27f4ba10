/**
 * Tests the rule on the files of this repository with one more import. The finding must name the
 * cycle.
 */
import assert from "node:assert/strict";
import { ROOT } from "../../command/root.ts";
import { makeSource, type Source } from "../sources/source.ts";
import { readTree } from "../tidy.ts";
import { cycles } from "./cycles.ts";

const tree = (await readTree(ROOT)).filter(({ path }) => /\.tsx?$|(?:^|\/)deno\.json$/.test(path));

/** Returns this repository's files, with one more type import at the top of one of them. */
function planted(path: string, specifier: string): Source[] {
  assert.ok(tree.some((source) => source.path === path), path);
  return tree.map((source) =>
    source.path === path
      ? makeSource(path, `import type * as planted from "${specifier}";\n${source.text}`)
      : source
  );
}

/** Asserts that there is one finding. Returns the folders or files of its cycle, in the order of imports. */
function cycleOf(sources: Source[]): string[] {
  const [finding, ...others] = cycles.check(sources);
  assert.ok(finding, "no cycle was found");
  assert.deepEqual(others, []);
  return finding.message.slice(0, finding.message.indexOf(" is a cycle")).split(" → ");
}

Deno.test("the imports of the repository form no cycle", () => {
  assert.deepEqual(cycles.check(tree), []);
});

Deno.test("a type import that closes a circle of two files is found", () => {
  const SENTRY = "supabase/functions/_shared/adapters/sentry";
  const [lazy, loader] = [`${SENTRY}/report-type.ts`, `${SENTRY}/sentry.ts`];
  assert.deepEqual(cycleOf(planted(lazy, "./sentry.ts")), [lazy, loader, lazy]);
});

Deno.test("an import of a parent folder by its subfolder is found", () => {
  const STRIPE = "supabase/functions/_shared/adapters/stripe";
  assert.deepEqual(cycleOf(planted(`${STRIPE}/stored-facts/payouts.ts`, "../error-classes.ts")), [
    STRIPE,
    `${STRIPE}/stored-facts`,
    STRIPE,
  ]);
});

Deno.test("an import that closes a circle of two folders is found", () => {
  assert.deepEqual(
    cycleOf(planted("scripts/schema/plan-migrations.ts", "../mutate/mutant-results.ts")),
    [
      "scripts/mutate",
      "scripts/schema",
      "scripts/mutate",
    ],
  );
});
