/** Tests the choice and the order of the test files that run for a mutant of TypeScript. */
import assert from "node:assert/strict";
import type { Mutant } from "./mutant.ts";
import { nearestTests } from "./nearest-tests.ts";

const testsOf = (file: string) =>
  nearestTests({ area: "functions", file, start: 0, before: "", after: "", says: "" } as Mutant);

Deno.test("the test beside the module runs first, then tests of its importers", async () => {
  const [first, ...others] = await testsOf("supabase/functions/_shared/core/hash.ts");
  assert.equal(first, "supabase/functions/_shared/core/hash.test.ts");
  assert(others.length > 50, `${others.length}`);
  assert.deepEqual(others.filter((path) => !path.startsWith("supabase/functions/")), []);
});

Deno.test("outside the functions, only the test beside the module runs", async () => {
  assert.deepEqual(await testsOf("scripts/openapi/describe-route.ts"), [
    "scripts/openapi/describe-route.test.ts",
  ]);
});
