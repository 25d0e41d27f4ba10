import assert from "node:assert/strict";
import { ENV_NEEDS, FUNCTIONS } from "./env-needs.ts";
import { readEnv } from "./env.ts";

Deno.test("the table of needs lists exactly the variables that env.ts reads", () => {
  const read: string[] = [];
  assert.throws(() =>
    readEnv((name) => {
      read.push(name);
      return undefined;
    })
  );
  assert.deepEqual(Object.keys(ENV_NEEDS).sort(), read.sort());
});

Deno.test("the table of needs lists exactly the functions", async () => {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL("../..", import.meta.url))) {
    if (isDirectory && !name.startsWith("_") && name !== "node_modules") found.push(name);
  }
  assert.deepEqual([...FUNCTIONS], found.sort());
});
