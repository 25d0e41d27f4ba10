import { deepEqual, equal, ok } from "node:assert/strict";
import { withDependents } from "../../test-tools/module-graph.ts";
import { CHECKED } from "../../ok/gates.ts";
import { typesToCheck } from "./types-to-check.ts";

const ROUTES = "supabase/functions/usage/routes.ts";

const changed = (...there: string[]) => typesToCheck(CHECKED, { there, gone: [] });

Deno.test("a module's dependents are all that import it, directly or through others", () => {
  const graph = new Map([
    ["a.ts", ["b.ts"]],
    ["b.ts", ["c.ts", "b.ts"]],
    ["c.ts", ["a.ts"]],
    ["d.ts", ["e.ts"]],
    ["e.ts", []],
  ]);
  deepEqual(withDependents(graph, ["c.ts"]), ["a.ts", "b.ts", "c.ts"]);
  deepEqual(withDependents(graph, ["e.ts", "none.sql"]), ["d.ts", "e.ts"]);
});

Deno.test("a push checks what it has changed and what imports that, types included", async () => {
  const found = await changed(ROUTES, "README.md") ?? [];
  ok(found.includes(ROUTES) && found.includes("supabase/functions/usage/app.ts"), found.join());
  ok(!found.includes("supabase/functions/settings/routes.ts"), found.join());
  deepEqual(await changed("README.md", "supabase/seed.sql"), []);
  // An import of types also counts: openai-request.ts imports only types from caller.ts.
  const types = await changed("supabase/functions/_shared/core/caller.ts");
  ok(types?.includes("supabase/functions/ai/openai-request.ts"), types?.join());
});

Deno.test("a push checks all where it can have broken any module", async () => {
  const paths = [
    "deno.json",
    "supabase/functions/deno.json",
    "deno.lock",
    "tests/x.d.ts",
    ".ci/run",
  ];
  for (const path of [...paths, "scripts/ok/gates.ts"]) {
    equal(await changed(path), undefined, path);
  }
  equal(await typesToCheck(CHECKED, { there: [], gone: [ROUTES] }), undefined);
});
